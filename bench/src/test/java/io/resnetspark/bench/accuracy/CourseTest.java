package io.resnetspark.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CourseTest {

    private final Course course = new Course(
            "ours",
            1_000,
            List.of(
                    new Course.Epoch(1, 2.0, 0.50, 1.2),
                    new Course.Epoch(2, 4.0, 0.91, 0.4),
                    new Course.Epoch(3, 5.0, 0.90, 0.4)));

    @Test
    void aTargetIsReachedInTheFirstEpochThatIsAsGood() {
        assertThat(course.reaches(0.90)).map(Course.Epoch::epoch).contains(2);
        assertThat(course.reaches(0.50)).map(Course.Epoch::seconds).contains(2.0);
        assertThat(course.reaches(0.92)).isEmpty();
    }

    @Test
    void itsBestNeedNotBeItsLast() {
        assertThat(course.best()).isEqualTo(0.91);
        assertThat(course.imagesPerSecond()).isCloseTo(600, within(1e-9));
    }
}
