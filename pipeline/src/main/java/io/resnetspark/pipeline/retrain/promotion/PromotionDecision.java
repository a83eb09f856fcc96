package io.resnetspark.pipeline.retrain.promotion;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Whether the challenger becomes the champion, with every rule and what it found. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PromotionDecision.Promote.class, name = "promote"),
    @JsonSubTypes.Type(value = PromotionDecision.Keep.class, name = "keep")
})
public sealed interface PromotionDecision {

    /** All rules, in the order they were applied. */
    List<Finding> findings();

    /** The challenger takes the champion's place: every rule held. */
    record Promote(List<Finding> findings) implements PromotionDecision {
        public Promote {
            findings = List.copyOf(findings);
        }
    }

    /**
     * The champion stays.
     *
     * @param harm whether what the challenger was trained on is to blame
     */
    record Keep(List<Finding> findings, Harm harm) implements PromotionDecision {
        public Keep {
            findings = List.copyOf(findings);
        }

        /** What the rules that did not hold found. */
        public List<String> reasons() {
            return findings.stream()
                    .filter(finding -> finding.verdict() == Verdict.BROKEN)
                    .map(Finding::text)
                    .toList();
        }
    }

    /** What a challenger that was not promoted says about its images. */
    enum Harm {
        /** Not better by enough; with more images it may be. */
        NONE,
        /** Worse than the champion by more than chance. */
        WORSE_THAN_CHAMPION
    }

    /** Whether a rule held. */
    enum Verdict {
        HELD,
        BROKEN,
        /** There is nothing to compare with. */
        NOT_APPLICABLE
    }

    /**
     * What one rule found.
     *
     * @param rule its configuration key
     * @param limit what is required, in words
     * @param text what was found, in words
     */
    record Finding(String rule, Verdict verdict, String limit, String text) {}
}
