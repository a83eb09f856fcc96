package io.resnetspark.jobs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The house rules that the compiler does not keep. */
class ArchitectureRulesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.resnetspark", "resnetspark");

    @Test
    void jobsUsePipelineUsesModelAndNeverTheOtherWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("jobs")
                .definedBy("io.resnetspark.jobs..")
                .layer("pipeline")
                .definedBy("io.resnetspark.pipeline..", "resnetspark.ml..")
                .layer("model")
                .definedBy("io.resnetspark.model..")
                .whereLayer("jobs")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("pipeline")
                .mayOnlyBeAccessedByLayers("jobs")
                .check(CLASSES);
    }

    @Test
    void theModelKnowsNeitherSparkNorAConfigurationLibraryNorACommandLine() {
        noClasses()
                .that()
                .resideInAPackage("io.resnetspark.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.spark..", "org.apache.hadoop..", "scala..", "com.typesafe..", "picocli..")
                .check(CLASSES);
    }

    @Test
    void onlyJobsParseConfigurationAndOptions() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.resnetspark.jobs..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.typesafe..", "picocli..")
                .check(CLASSES);
    }

    @Test
    void onlyTheKernelsKnowTheBackend() {
        // JavaCPP itself is no backend: ND4J's arrays hand out their memory as its pointers.
        var backends = resideInAnyPackage("org.bytedeco..")
                .and(resideOutsideOfPackage("org.bytedeco.javacpp.."))
                .or(resideInAnyPackage("org.nd4j.nativeblas..", "org.nd4j.linalg.cpu..", "org.nd4j.linalg.jcublas.."));
        noClasses()
                .that()
                .resideOutsideOfPackages("io.resnetspark.model.kernel..", "io.resnetspark.model.gpu..")
                .should()
                .dependOnClassesThat(backends)
                .check(CLASSES);
    }

    /** Spark ML's stages stand on top; only what finds them under their former name knows them. */
    @Test
    void nothingNeedsTheStagesOfSparkMl() {
        noClasses()
                .that()
                .resideInAPackage("io.resnetspark..")
                .and()
                .resideOutsideOfPackage("io.resnetspark.pipeline.ml")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("resnetspark..")
                .check(CLASSES);
    }

    @Test
    void onlyOneRoomKnowsDl4jSpark() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.resnetspark.pipeline.training.dl4j..")
                .and()
                .resideOutsideOfPackage("io.resnetspark.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.deeplearning4j.spark..")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("io.resnetspark.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** A room that can be overlooked: what no longer fits is two rooms. */
    @Test
    void noPackageHasMoreThan25Types() {
        Map<String, Long> crowded = CLASSES.stream()
                .filter(type -> type.isTopLevelClass()
                        && !type.getSimpleName().equals("package-info")
                        && !type.getSimpleName().endsWith("Builder"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        crowded.values().removeIf(types -> types <= 25);
        assertThat(crowded).isEmpty();
    }
}
