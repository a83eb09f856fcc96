package io.resnetspark.pipeline.evaluation;

import io.resnetspark.pipeline.page.SelfContainedPage;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Small pictures for the page, by image id, as data URIs. */
public final class Thumbnails {

    private final Map<String, String> uriByImageId = new TreeMap<>();

    public static Thumbnails none() {
        return new Thumbnails();
    }

    /** @param file an encoded PNG or JPEG file */
    void add(String imageId, byte[] file) {
        String type = (file[0] & 0xFF) == 0xFF ? "jpeg" : "png";
        uriByImageId.put(
                imageId, "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(file));
    }

    /**
     * Those of a page that {@code evaluate} wrote.
     *
     * @param html the page
     */
    static Thumbnails ofPage(String html) {
        Thumbnails thumbnails = new Thumbnails();
        SelfContainedPage.data(html)
                .path("thumbnails")
                .fields()
                .forEachRemaining(field -> thumbnails.uriByImageId.put(
                        field.getKey(), field.getValue().asText()));
        return thumbnails;
    }

    /** An image's picture as an encoded PNG or JPEG file, if there is one. */
    public Optional<byte[]> file(String imageId) {
        return Optional.ofNullable(uriByImageId.get(imageId))
                .map(uri -> Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1)));
    }

    Map<String, String> uris() {
        return uriByImageId;
    }
}
