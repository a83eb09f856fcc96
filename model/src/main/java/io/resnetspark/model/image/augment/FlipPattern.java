package io.resnetspark.model.image.augment;

/** How the left-right flips of one image follow each other from epoch to epoch. */
public enum FlipPattern {
    /** Each is drawn anew. */
    RANDOM,
    /**
     * The first is drawn, and then each epoch shows the other side: in two epochs a network sees both sides of every image,
     * where it would see one side twice of half of them (Jordan 2024, arXiv:2404.00498, section 3.6).
     */
    ALTERNATING
}
