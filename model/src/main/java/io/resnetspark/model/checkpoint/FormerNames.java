package io.resnetspark.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Reads JSON of versions before 0.2.0, whose names were in {@code camelCase}. */
public final class FormerNames {

    private static final PropertyNamingStrategies.SnakeCaseStrategy NAMES =
            new PropertyNamingStrategies.SnakeCaseStrategy();

    private FormerNames() {}

    /** The same with all names in snake case; those that are stay. */
    public static JsonNode snakeCase(JsonNode json) {
        if (json instanceof ObjectNode object) {
            ObjectNode renamed = JsonNodeFactory.instance.objectNode();
            object.fields()
                    .forEachRemaining(
                            field -> renamed.set(NAMES.translate(field.getKey()), snakeCase(field.getValue())));
            return renamed;
        }
        if (json instanceof ArrayNode array) {
            ArrayNode renamed = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> renamed.add(snakeCase(element)));
            return renamed;
        }
        return json;
    }
}
