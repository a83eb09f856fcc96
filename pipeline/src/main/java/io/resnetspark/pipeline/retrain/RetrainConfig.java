package io.resnetspark.pipeline.retrain;

import io.resnetspark.pipeline.retrain.promotion.PromotionPolicy;
import io.resnetspark.pipeline.storage.Flattened;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A retraining: where images arrive, when they are enough, how a challenger is trained, when it is promoted.
 *
 * @param intake where images arrive, and which are let in
 * @param places what they become, and where everything is kept
 * @param trigger when a challenger is trained
 * @param challenger how it is trained
 * @param promotion when it becomes the champion
 * @param lock who may retrain
 * @param webhook who is told
 */
public record RetrainConfig(
        @Flattened Intake intake,
        @Flattened Places places,
        Trigger trigger,
        Challenger challenger,
        PromotionPolicy promotion,
        Lock lock,
        Webhook webhook) {

    /**
     * @param incoming folder of batches: each sub-folder is a source of its own, for example a day's images
     * @param readyFile name of the file that says a batch is complete; every batch is if empty
     * @param newClasses what happens to a batch with classes that the dataset does not know
     * @param release names of batches let in whatever the checks say
     * @param quarantine names of batches kept out whatever the checks say
     * @param admission which batches are let in
     */
    public record Intake(
            String incoming,
            Optional<String> readyFile,
            NewClasses newClasses,
            List<String> release,
            List<String> quarantine,
            Admission admission) {

        public Intake {
            release = List.copyOf(release);
            quarantine = List.copyOf(quarantine);
            List<String> problems = new ArrayList<>();
            for (String name : release) {
                if (quarantine.contains(name)) {
                    problems.add("release and quarantine both name " + name);
                }
            }
            refuse(problems);
        }
    }

    /**
     * @param dataset the dataset that images become
     * @param testVersion the dataset version whose test split is the frozen one; the first cycle's if empty
     * @param work directory of the lock, the ledger and a directory per cycle
     * @param model the model's name in the registry
     */
    public record Places(String dataset, Optional<Integer> testVersion, String work, String model) {

        public Places {
            List<String> problems = new ArrayList<>();
            if (!model.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                problems.add("model must be letters, digits, dots, dashes and underscores, not " + model);
            }
            testVersion
                    .filter(version -> version < 1)
                    .ifPresent(version -> problems.add("test-version must be at least 1"));
            refuse(problems);
        }
    }

    /** What happens to a batch with classes that the dataset does not know. */
    public enum NewClasses {
        /** It waits until it is released or the classes are gone: a misspelt folder must not become a class. */
        REFUSE,
        ACCEPT
    }

    /**
     * @param minimumAgreement a batch is kept out when the champion recognises so few of its images that the upper end of
     *     the 95 % interval is below this share of what it recognises of the test split, 0..1; 0 for no such check
     */
    public record Admission(double minimumAgreement) {
        public Admission {
            share("minimum-agreement", minimumAgreement);
        }
    }

    /**
     * Training starts when there are enough new images, or fewer that drifted.
     *
     * @param minimumImages new training images that are enough by themselves, at least 1
     * @param minimumDriftedImages new training images that are enough to judge drift, at least 1
     * @param labelShift population stability index of the classes above which labels have drifted
     * @param inputDrift population stability index of brightness or contrast above which images have drifted
     * @param inputDistance Kolmogorov-Smirnov distance above which images have drifted, 0..1
     */
    public record Trigger(
            long minimumImages, long minimumDriftedImages, double labelShift, double inputDrift, double inputDistance) {
        public Trigger {
            atLeastOne("minimum-images", minimumImages);
            atLeastOne("minimum-drifted-images", minimumDriftedImages);
            positive("label-shift", labelShift);
            positive("input-drift", inputDrift);
            positive("input-distance", inputDistance);
        }
    }

    /** Where a challenger's weights start. */
    public enum Start {
        /** From the champion's, on the new images and a sample of the old ones. */
        CHAMPION,
        /** From random ones, on all images. */
        SCRATCH
    }

    /**
     * @param start where the weights start; without a champion from scratch
     * @param replay old images trained per new one when starting from the champion, at least 0; at most all old ones are
     * @param epochs passes when starting from the champion, at least 1; from scratch as {@code train.epochs} says
     * @param learningRate when starting from the champion, positive; from scratch as {@code train.learning-rate} says
     */
    public record Challenger(Start start, double replay, int epochs, double learningRate) {
        public Challenger {
            atLeastOne("epochs", epochs);
            positive("learning-rate", learningRate);
            if (!(replay >= 0)) {
                throw new IllegalArgumentException("replay must be at least 0, not " + replay);
            }
        }
    }

    /**
     * @param lease how long the lock of a holder that died stays, at least 10 seconds
     * @param patience how long to wait for the lock
     */
    public record Lock(Duration lease, Duration patience) {
        public Lock {
            if (lease.compareTo(Duration.ofSeconds(10)) < 0) {
                throw new IllegalArgumentException("lease must be at least 10 seconds, not " + lease);
            }
            if (patience.isNegative()) {
                throw new IllegalArgumentException("patience must not be negative");
            }
        }
    }

    /**
     * @param url receives a POST after each cycle; nobody if empty
     * @param timeout of one attempt
     * @param attempts at least 1
     * @param backoff before the second attempt; doubled before each further one
     */
    public record Webhook(Optional<URI> url, Duration timeout, int attempts, Duration backoff) {
        public Webhook {
            atLeastOne("attempts", attempts);
            url.ifPresent(address -> {
                if (!"http".equals(address.getScheme()) && !"https".equals(address.getScheme())) {
                    throw new IllegalArgumentException("url must start with http:// or https://, not " + address);
                }
            });
        }
    }

    private static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    private static void atLeastOne(String key, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s must be at least 1, not %d".formatted(key, value));
        }
    }

    private static void positive(String key, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("%s must be positive, not %s".formatted(key, value));
        }
    }

    private static void share(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("%s must be 0 to 1, not %s".formatted(key, value));
        }
    }
}
