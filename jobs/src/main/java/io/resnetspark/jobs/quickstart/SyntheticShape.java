package io.resnetspark.jobs.quickstart;

import java.util.Locale;

/** The classes of {@link SyntheticImages}: what is drawn, in coordinates where the shape fills about [-1, 1] x [-1, 1]. */
enum SyntheticShape {
    CROSS {
        @Override
        boolean covers(double x, double y) {
            return Math.max(Math.abs(x), Math.abs(y)) < 1 && Math.min(Math.abs(x), Math.abs(y)) < 0.3;
        }
    },
    DISC {
        @Override
        boolean covers(double x, double y) {
            return x * x + y * y < 1;
        }
    },
    RING {
        @Override
        boolean covers(double x, double y) {
            double radius = Math.hypot(x, y);
            return radius > 0.55 && radius < 1;
        }
    },
    SQUARE {
        @Override
        boolean covers(double x, double y) {
            return Math.max(Math.abs(x), Math.abs(y)) < 0.85;
        }
    },
    STRIPES {
        @Override
        boolean covers(double x, double y) {
            return Math.max(Math.abs(x), Math.abs(y)) < 1 && Math.floorMod((int) Math.floor((y + 1) / 0.4), 2) == 0;
        }
    },
    TRIANGLE {
        @Override
        boolean covers(double x, double y) {
            return y > -0.8 && y < 1 && Math.abs(x) < (1 - y) / 1.8;
        }
    };

    /** Whether the point belongs to the shape. */
    abstract boolean covers(double x, double y);

    /** The name of the class and its folder. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
