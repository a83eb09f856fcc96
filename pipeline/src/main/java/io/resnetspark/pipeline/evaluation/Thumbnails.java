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

    /** @param file an encoded PNG or JPEG file */
    void add(String imageId, byte[] file) {
        String type = (file[0] & 0xFF) == 0xFF ? "jpeg" : "png";
        uriByImageId.put(
                imageId, "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(file));
    }

    Map<String, String> uris() {
        return uriByImageId;
    }
}
