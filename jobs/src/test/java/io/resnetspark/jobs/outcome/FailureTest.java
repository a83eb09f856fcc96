package io.resnetspark.jobs.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.DivergedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4jBackend;

class FailureTest {

    @Test
    void everyKindOfUserErrorHasItsExitCodeHoweverDeepItIsWrapped() {
        Throwable wrapped = new BadDataException("half of the images are unreadable");
        for (int i = 0; i < 5; i++) {
            wrapped = new RuntimeException("Job aborted", wrapped);
        }
        assertThat(Failure.of(wrapped).status().code()).isEqualTo(3);
        assertThat(Failure.of(wrapped).message()).isEqualTo("half of the images are unreadable");
        assertThat(Failure.of(new ConfigurationException("c")).status().code()).isEqualTo(2);
        assertThat(Failure.of(new DivergedException("d")).status().code()).isEqualTo(4);
    }

    @Test
    void anythingElseIsAFailureNamedByItsRoot() {
        Failure failure = Failure.of(new RuntimeException("outer", new IllegalStateException("inner\nsecond line")));
        assertThat(failure.status().code()).isEqualTo(1);
        assertThat(failure.message()).isEqualTo("IllegalStateException: inner");
        assertThat(failure.isForUser()).isFalse();
    }

    @Test
    void troubleWithAFileIsToldByWhoKnowsTheFile() {
        IOException full = new IOException("No space left on device");
        Failure failure = Failure.of(new RuntimeException(
                "Job aborted", new UncheckedIOException("Cannot write checkpoint x: No space left on device", full)));
        assertThat(failure.status().code()).isEqualTo(1);
        assertThat(failure.message()).isEqualTo("Cannot write checkpoint x: No space left on device");
    }

    @Test
    void causesThatLoopEnd() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(Failure.of(one).status()).isEqualTo(ExitStatus.FAILURE);
    }

    /** As ND4J throws it when the application was built for GPUs and there is none. */
    @Test
    void nothingToComputeOnIsAMatterOfConfiguration() {
        Throwable thrown = new ExceptionInInitializerError(
                new RuntimeException(new Nd4jBackend.NoAvailableBackendException("Please ensure")));
        Failure failure = Failure.of(thrown);
        assertThat(failure.status()).isEqualTo(ExitStatus.CONFIGURATION);
        assertThat(failure.message()).startsWith("Nothing to compute on: ");
    }
}
