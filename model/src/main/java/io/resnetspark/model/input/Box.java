package io.resnetspark.model.input;

/** A rectangle in pixels; where it is a window, it may overhang the image it looks at. */
record Box(int x, int y, int width, int height) {

    static Box of(Image image) {
        return new Box(0, 0, image.width(), image.height());
    }

    int right() {
        return x + width;
    }

    int bottom() {
        return y + height;
    }

    boolean isEmpty() {
        return width <= 0 || height <= 0;
    }

    /** What both cover; empty where they do not meet. */
    Box intersection(Box other) {
        int left = Math.max(x, other.x);
        int top = Math.max(y, other.y);
        return new Box(left, top, Math.min(right(), other.right()) - left, Math.min(bottom(), other.bottom()) - top);
    }
}
