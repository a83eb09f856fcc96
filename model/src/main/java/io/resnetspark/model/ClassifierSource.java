package io.resnetspark.model;

import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.program.InferencePrecision;
import java.io.Serializable;
import java.util.List;

/** What travels to an executor so that it can classify: where the network comes from and how its input is made. */
public interface ClassifierSource extends Serializable {

    /** Opens the network in this JVM; the caller closes it. */
    Classifier open();

    /** How an image becomes the network's input. */
    Preprocessing preprocessing();

    /** Class names by index. */
    List<String> labels();

    /** What it computes with. */
    default InferencePrecision precision() {
        return InferencePrecision.FP32;
    }

    /** The named architecture, for example {@code resnet18}. */
    String architecture();

    /** Where the weights came from, as the user named it, for reports. */
    String description();
}
