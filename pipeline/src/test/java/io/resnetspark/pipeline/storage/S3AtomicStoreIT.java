package io.resnetspark.pipeline.storage;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link AtomicStoreLaws} on the S3 API. */
@Tag("full")
class S3AtomicStoreIT extends AtomicStoreLaws {

    @RegisterExtension
    static final S3Storage S3 = new S3Storage();

    S3AtomicStoreIT() {
        super(S3);
    }

    /** The test's server, unlike S3, takes a file's length and its content one after the other: both are of one length. */
    @Override
    int replacementLength() {
        return 100_000;
    }
}
