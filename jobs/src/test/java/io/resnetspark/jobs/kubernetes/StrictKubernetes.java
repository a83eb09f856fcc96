package io.resnetspark.jobs.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;

/** Kubernetes' own types, made from its API's schema; a field that they do not know is an error. */
public final class StrictKubernetes {

    private static final YAMLMapper MAPPER = new YAMLMapper();

    static {
        MAPPER.setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
            private static final long serialVersionUID = 1L;

            // The types collect what they do not know.
            @Override
            public Boolean hasAnySetter(Annotated annotated) {
                return false;
            }
        });
    }

    private StrictKubernetes() {}

    public static <T> T read(String yaml, Class<T> type) throws IOException {
        return MAPPER.readValue(yaml, type);
    }

    static <T> T read(JsonNode object, Class<T> type) throws IOException {
        return MAPPER.treeToValue(object, type);
    }
}
