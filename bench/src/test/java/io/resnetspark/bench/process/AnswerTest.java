package io.resnetspark.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerTest {

    static Stream<Answer> answers() {
        return Stream.of(
                new Answer.Ready(269_722, "PyTorch 2.7.1 through DJL"),
                new Answer.Done(1.25e-3),
                new Answer.Failed("java.lang.OutOfMemoryError: no, really"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void arrivesAsItWasSent(Answer answer) {
        assertThat(Answer.parse(answer.line())).isEqualTo(answer);
    }

    @Test
    void aLongReasonStaysOneLine() {
        assertThat(new Answer.Failed("first\nsecond").line()).isEqualTo("failed first");
    }

    @Test
    void anythingElseIsNoAnswer() {
        assertThatThrownBy(() -> Answer.parse("Loading libtorch")).hasMessageContaining("Loading libtorch");
    }
}
