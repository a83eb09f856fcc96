package io.resnetspark.pipeline.training.loop;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ParameterLayout.Segment;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.checkpoint.TrainingSnapshot;
import java.util.List;

/**
 * The part of a network's flat vectors that workers exchange: all of it or, with cached features, the head alone.
 *
 * @param layout of the part, from offset 0
 * @param start of the part in the whole network's vectors
 */
public record TrainedPart(ParameterLayout layout, int start) {

    static TrainedPart whole(ParameterLayout layout) {
        return new TrainedPart(layout, 0);
    }

    static TrainedPart head(ParameterLayout whole) {
        List<Segment> head = whole.segments().stream()
                .filter(segment -> segment.vertex().equals(ResNet.LOGITS))
                .toList();
        int start = head.get(0).offset();
        return new TrainedPart(
                new ParameterLayout(head.stream()
                        .map(segment -> new Segment(
                                segment.vertex(),
                                segment.parameter(),
                                segment.kind(),
                                segment.shape(),
                                segment.offset() - start,
                                segment.length()))
                        .toList()),
                start);
    }

    /** What of a training is this part. */
    TrainingSnapshot of(TrainingSnapshot whole) {
        int end = start + layout.length();
        return new TrainingSnapshot(
                whole.state().range(start, end), whole.server().range(start, end), whole.position());
    }

    /** The whole network's training with this part gone on. */
    TrainingSnapshot into(TrainingSnapshot whole, TrainingSnapshot part) {
        return new TrainingSnapshot(
                whole.state().withRange(start, part.state()),
                part.server().within(start, whole.state().parameters()),
                part.position());
    }
}
