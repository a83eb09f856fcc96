package io.resnetspark.jobs.progress;

import io.resnetspark.model.weights.DownloadProgress;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/** Shows a download: its size, how much of it is there, its speed, and where an earlier attempt is continued. */
public final class DownloadDisplay implements DownloadProgress, AutoCloseable {

    private final ProgressDisplay display;
    private final LongSupplier nanoClock;
    /** Null while the size is unknown: how far the download is cannot be said then. */
    private ProgressMeter meter;

    DownloadDisplay(ProgressDisplay display, LongSupplier nanoClock) {
        this.display = display;
        this.nanoClock = nanoClock;
    }

    public static DownloadDisplay onStandardError() {
        return new DownloadDisplay(ProgressDisplay.onStandardError(), System::nanoTime);
    }

    @Override
    public void started(String fileName, long presentBytes, long totalBytes) {
        String size = totalBytes < 0 ? "" : String.format(Locale.ROOT, ", %,.1f MB", totalBytes / 1e6);
        String resumed = presentBytes == 0
                ? ""
                : String.format(Locale.ROOT, ", going on after the first %,.1f MB", presentBytes / 1e6);
        display.print("Downloading " + fileName + size + resumed);
        meter = totalBytes > 0 ? new ProgressMeter(ProgressUnit.BYTES, presentBytes, totalBytes, nanoClock) : null;
    }

    @Override
    public void transferred(String fileName, long bytes, long totalBytes) {
        if (meter != null) {
            display.show(meter.advance(fileName, bytes, OptionalDouble.empty(), OptionalDouble.empty()));
        }
    }

    @Override
    public void close() {
        display.close();
    }
}
