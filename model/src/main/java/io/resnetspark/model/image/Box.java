package io.resnetspark.model.image;

/** A rectangle in pixels; where it is a window, it may overhang the image it looks at. */
public record Box(int x, int y, int width, int height) {

    public static Box of(Image image) {
        return new Box(0, 0, image.width(), image.height());
    }

    public int right() {
        return x + width;
    }

    public int bottom() {
        return y + height;
    }

    public boolean isEmpty() {
        return width <= 0 || height <= 0;
    }

    public boolean contains(int column, int row) {
        return column >= x && column < right() && row >= y && row < bottom();
    }

    public boolean contains(Box other) {
        return intersection(other).equals(other);
    }

    /** What both cover; empty where they do not meet. */
    public Box intersection(Box other) {
        int left = Math.max(x, other.x);
        int top = Math.max(y, other.y);
        return new Box(left, top, Math.min(right(), other.right()) - left, Math.min(bottom(), other.bottom()) - top);
    }
}
