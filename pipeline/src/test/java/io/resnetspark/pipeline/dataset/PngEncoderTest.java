package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.image.decode.RejectedImageException;
import org.junit.jupiter.api.Test;

class PngEncoderTest {

    @Test
    void decodesToWhatWasEncoded() throws RejectedImageException {
        Image colour = ImageFolders.picture(1, 17, 9);
        Image grey = new Image(51, 9, 1, colour.pixels());

        assertThat(new ImageDecoder(DecodeLimits.standard(), 3)
                        .decode(PngEncoder.encode(colour))
                        .pixels())
                .isEqualTo(colour.pixels());
        assertThat(new ImageDecoder(DecodeLimits.standard(), 1)
                        .decode(PngEncoder.encode(grey))
                        .pixels())
                .isEqualTo(grey.pixels());
    }
}
