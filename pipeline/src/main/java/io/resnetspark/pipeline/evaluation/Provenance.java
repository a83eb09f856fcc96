package io.resnetspark.pipeline.evaluation;

import java.util.Map;

/**
 * What made a report, so that it can be traced and made again.
 *
 * @param createdAt UTC, ISO 8601
 * @param software versions of what computed it
 * @param hardware what it was computed on
 * @param inputs hashes and versions of model and dataset
 * @param configuration every resolved setting
 */
public record Provenance(
        String createdAt,
        Map<String, String> software,
        Map<String, String> hardware,
        Map<String, String> inputs,
        Map<String, String> configuration) {}
