package io.resnetspark.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplyTest {

    static Stream<Reply> replies() {
        return Stream.of(
                new Reply.Ready(269_722, "PyTorch 2.7.1 through DJL"),
                new Reply.Done(1.25e-3),
                new Reply.Failed("java.lang.OutOfMemoryError: no, really"));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void arrivesAsItWasSent(Reply reply) {
        assertThat(Reply.parse(reply.line())).isEqualTo(reply);
    }

    @Test
    void aLongReasonStaysOneLine() {
        assertThat(new Reply.Failed("first\nsecond").line()).isEqualTo("failed first");
    }

    @Test
    void anythingElseIsNoAnswer() {
        assertThatThrownBy(() -> Reply.parse("Loading libtorch")).hasMessageContaining("Loading libtorch");
    }
}
