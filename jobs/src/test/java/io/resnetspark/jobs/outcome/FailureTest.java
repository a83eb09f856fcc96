package io.resnetspark.jobs.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4jBackend;

class FailureTest {

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
