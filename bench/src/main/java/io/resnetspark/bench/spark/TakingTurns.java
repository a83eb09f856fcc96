package io.resnetspark.bench.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures contenders side by side: all stay open and take turns, one repetition each, and each round begins with another.
 * What else happens on the machine so meets all of them.
 */
public final class TakingTurns {

    private static final Logger LOG = LoggerFactory.getLogger(TakingTurns.class);

    public static final int FEWEST_REPETITIONS = 3;

    private static final int WARM_UPS = 2;
    private static final double LONG_WARM_UP_SECONDS = 15;
    private static final double LONGEST_REPETITION_SECONDS = 60;

    private TakingTurns() {}

    /**
     * @param network as the result names it
     * @param contenders the first is what the others are compared with; closed at the end
     * @param deadline after which there are no more repetitions than the fewest
     */
    public static List<Speed> measure(
            String network, int batchSize, List<Contender> contenders, int repetitions, Deadline deadline) {
        Map<String, List<Double>> seen = new LinkedHashMap<>();
        try {
            List<Contender> takingTurns = new ArrayList<>();
            for (Contender contender : contenders) {
                List<Double> speeds = new ArrayList<>();
                seen.put(contender.label(), speeds);
                OptionalDouble slow = warmUp(contender);
                slow.ifPresentOrElse(speeds::add, () -> takingTurns.add(contender));
            }
            for (int round = 0; round < repetitions; round++) {
                boolean late = round >= FEWEST_REPETITIONS && deadline.secondsLeft() < 0;
                for (int i = 0; i < takingTurns.size() && !late; i++) {
                    Contender contender = takingTurns.get((i + round) % takingTurns.size());
                    if (round < contender.repetitions(repetitions)) {
                        double speed = contender.repetition();
                        LOG.info("{} {}: {} images/s", network, contender.label(), speed);
                        seen.get(contender.label()).add(speed);
                    }
                }
            }
        } finally {
            contenders.forEach(Contender::close);
        }
        double first = Speed.median(seen.get(contenders.get(0).label()));
        return seen.entrySet().stream()
                .map(entry -> Speed.of(network, batchSize, entry.getKey(), entry.getValue(), first))
                .toList();
    }

    /** Returns the speed of a contender that is so slow that its first repetition has to do. */
    private static OptionalDouble warmUp(Contender contender) {
        long begin = System.nanoTime();
        for (int i = 0; i < WARM_UPS && secondsSince(begin) < LONG_WARM_UP_SECONDS; i++) {
            double speed = contender.repetition();
            if (i == 0 && secondsSince(begin) > LONGEST_REPETITION_SECONDS) {
                LOG.info("{}: {} images/s in its only repetition", contender.label(), speed);
                return OptionalDouble.of(speed);
            }
        }
        return OptionalDouble.empty();
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
