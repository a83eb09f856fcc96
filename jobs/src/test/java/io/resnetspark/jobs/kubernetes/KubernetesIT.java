package io.resnetspark.jobs.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.resnetspark.jobs.ResNetCli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher submits for real, with conf/kubernetes, to an API server that only records: the pods that Spark makes of our
 * options and templates are ones that Kubernetes would take. No cluster runs them.
 */
class KubernetesIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final long LIMIT_SECONDS = 120;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"driver", "executor"})
    void templatesAreWhatKubernetesKnows(String role) throws IOException {
        Pod pod = StrictKubernetes.read(
                Files.readString(ROOT.resolve("conf/kubernetes/%s.yaml".formatted(role))), Pod.class);
        assertThat(pod.getKind()).isEqualTo("Pod");
        assertThat(pod.getSpec().getContainers()).singleElement().satisfies(container -> {
            assertThat(container.getName()).isEqualTo(role);
            assertThat(container.getImage()).as("is Spark's to set").isNull();
            assertMountsHaveVolumes(pod, container);
        });
    }

    private static void assertMountsHaveVolumes(Pod pod, Container container) {
        assertThat(container.getVolumeMounts()).isNotEmpty().allMatch(mount -> pod.getSpec().getVolumes().stream()
                .anyMatch(volume -> volume.getName().equals(mount.getName())));
    }

    private Process submit(ApiServer api, String options, Path log, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(ROOT.resolve("bin/resnet").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--master", api.master()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(ROOT.toFile()) // from where submit.conf names the templates
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "RESNET_BUILD",
                        "never",
                        "RESNET_DRIVER_MEMORY",
                        "1g",
                        "RESNET_SUBMIT_OPTS",
                        "--properties-file conf/kubernetes/submit.conf " + options,
                        "KUBECONFIG",
                        folder.resolve("none").toString()));
        builder.environment().remove("SPARK_HOME");
        return builder.start();
    }

    @Test
    void aDriversPodIsWhatWasAskedFor() throws Exception {
        Path log = folder.resolve("log");
        try (ApiServer api = new ApiServer()) {
            Process process = submit(
                    api,
                    "--deploy-mode cluster --conf spark.kubernetes.submission.waitAppCompletion=false",
                    log,
                    "train",
                    "--data",
                    "/data/photos",
                    "--output",
                    "/data/runs/photos-1");
            try {
                assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).as(Files.readString(log)).isZero();
            } finally {
                process.destroyForcibly();
            }
            assertThat(api.created("Pod")).hasSize(1);
            Pod pod = StrictKubernetes.read(api.created("Pod").get(0), Pod.class);
            Container container = pod.getSpec().getContainers().get(0);
            assertThat(container.getImage()).isEqualTo("registry.example.org/resnet-spark:0.1.0");
            assertThat(container.getArgs())
                    .startsWith("driver")
                    .containsSubsequence(
                            "--class",
                            ResNetCli.class.getName(),
                            "local:///opt/resnet-spark/resnet-spark.jar",
                            "train",
                            "--data",
                            "/data/photos",
                            "--output",
                            "/data/runs/photos-1");
            assertThat(container.getResources().getRequests().get("memory").toString())
                    .as("what the launcher asks for, and what lies outside the heap")
                    .isEqualTo("5120Mi");
            assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("spark");
            assertThat(pod.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(120);
            assertThat(container.getEnv())
                    .anyMatch(variable -> variable.getName().equals("OMP_WAIT_POLICY")
                            && variable.getValue().equals("passive"));
            assertMountsHaveVolumes(pod, container);
            for (JsonNode service : api.created("Service")) {
                StrictKubernetes.read(service, Service.class);
            }
            assertThat(api.created("ConfigMap")).as("Spark's properties").isNotEmpty();
        }
    }

    /** With the driver in this process, which would wait for executors for ever. */
    @Test
    void executorsPodsAreWhatWasAskedFor() throws Exception {
        Path log = folder.resolve("log");
        try (ApiServer api = new ApiServer()) {
            Process process = submit(api, "--conf spark.driver.host=127.0.0.1", log, "doctor", "--no-ui");
            try {
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
                while (api.created("Pod").size() < 4) {
                    assertThat(process.isAlive() && System.nanoTime() < deadline)
                            .as("%s%n%s", api.created("Pod"), Files.readString(log))
                            .isTrue();
                    Thread.sleep(50);
                }
            } finally {
                process.destroyForcibly();
            }
            for (JsonNode created : api.created("Pod")) {
                Pod pod = StrictKubernetes.read(created, Pod.class);
                Container container = pod.getSpec().getContainers().get(0);
                assertThat(pod.getMetadata().getLabels()).containsEntry("app", "resnet-spark");
                assertThat(container.getResources().getRequests().get("memory").toString())
                        .isEqualTo("10240Mi");
                assertThat(container.getResources().getRequests().get("cpu").toString())
                        .isEqualTo("4");
                assertThat(container.getEnv()).extracting(EnvVar::getName).contains("OMP_WAIT_POLICY", "LC_ALL");
                assertThat(pod.getSpec().getTopologySpreadConstraints()).hasSize(1);
                assertMountsHaveVolumes(pod, container);
            }
        }
    }
}
