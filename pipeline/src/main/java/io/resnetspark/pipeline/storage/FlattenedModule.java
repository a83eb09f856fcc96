package io.resnetspark.pipeline.storage;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.NamingBase;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TreeTraversingParser;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.util.NameTransformer;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;

/**
 * Jackson's side of {@link Flattened}. Its own {@code @JsonUnwrapped} reads into records from 2.19 on only, and Spark 3.5
 * brings an older one.
 */
final class FlattenedModule extends SimpleModule {

    private static final long serialVersionUID = 1L;

    /** @param names how components are called in JSON */
    FlattenedModule(NamingBase names) {
        setSerializerModifier(new Writing());
        setDeserializerModifier(new Reading(names));
    }

    private static final class Writing extends BeanSerializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public List<BeanPropertyWriter> changeProperties(
                SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> properties) {
            properties.replaceAll(property -> property.getAnnotation(Flattened.class) == null
                    ? property
                    : property.unwrappingWriter(NameTransformer.NOP));
            return properties;
        }
    }

    private static final class Reading extends BeanDeserializerModifier {

        private static final long serialVersionUID = 1L;

        private final transient NamingBase names;

        Reading(NamingBase names) {
            this.names = names;
        }

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
            if (!bean.getBeanClass().isRecord()) {
                return deserializer;
            }
            List<String> flattened = Stream.of(bean.getBeanClass().getRecordComponents())
                    .filter(component -> component.isAnnotationPresent(Flattened.class))
                    .map(RecordComponent::getName)
                    .map(names::translate)
                    .toList();
            return flattened.isEmpty() ? deserializer : new Reader(deserializer, flattened);
        }
    }

    /** Every flattened component reads the whole object, and takes of it the keys that it knows. */
    private static final class Reader extends DelegatingDeserializer {

        private static final long serialVersionUID = 1L;

        private final transient List<String> flattened;

        Reader(JsonDeserializer<?> delegate, List<String> flattened) {
            super(delegate);
            this.flattened = flattened;
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> delegate) {
            return new Reader(delegate, flattened);
        }

        @Override
        public Object deserialize(JsonParser in, DeserializationContext context) throws IOException {
            JsonNode tree = context.readTree(in);
            if (tree instanceof ObjectNode object) {
                ObjectNode nested = context.getNodeFactory().objectNode();
                nested.setAll(object);
                flattened.forEach(name -> nested.set(name, object));
                tree = nested;
            }
            try (JsonParser again = new TreeTraversingParser(tree, in.getCodec())) {
                again.nextToken();
                return super.deserialize(again, context);
            }
        }
    }
}
