package io.resnetspark.pipeline.evaluation;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small pictures for the page, by image id, as data URIs. */
public final class Thumbnails {

    private final Map<String, String> uriByImageId = new LinkedHashMap<>();

    public static Thumbnails none() {
        return new Thumbnails();
    }

    /** @param png an encoded PNG file */
    public void add(String imageId, byte[] png) {
        uriByImageId.put(imageId, "data:image/png;base64," + Base64.getEncoder().encodeToString(png));
    }

    Map<String, String> uris() {
        return uriByImageId;
    }
}
