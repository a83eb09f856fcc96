package io.resnetspark.jobs.cli;

import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.service.launcher.IrqHandler;

/** SIGTERM and SIGINT as a request to come to an end, instead of the end of the process. */
public final class StopSignal {

    private StopSignal() {}

    /** From now on such a signal counts the latch down; the command must then return. */
    public static CountDownLatch install() {
        CountDownLatch stop = new CountDownLatch(1);
        for (String name : new String[] {IrqHandler.CONTROL_C, IrqHandler.SIGTERM}) {
            new IrqHandler(name, interrupt -> stop.countDown()).bind();
        }
        return stop;
    }
}
