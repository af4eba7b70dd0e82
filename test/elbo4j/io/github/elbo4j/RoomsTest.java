package io.github.elbo4j;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import io.github.elbo4j.device.PlantedCellar;
import io.github.elbo4j.infer.PlantedAttic;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rooms of the library and the arrows between them. A room that is still empty breaks no rule. */
class RoomsTest {
    private static final String HOME = "io.github.elbo4j";

    private static final ArchRule TABLE_OF_ROOMS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("root")
            .definedBy(HOME)
            .layer("device")
            .definedBy(HOME + ".device..")
            .layer("scalar")
            .definedBy(HOME + ".scalar..")
            .layer("simd")
            .definedBy(HOME + ".simd..")
            .layer("cuda")
            .definedBy(HOME + ".cuda..")
            .layer("family")
            .definedBy(HOME + ".family..")
            .layer("expr")
            .definedBy(HOME + ".expr..")
            .layer("distribution")
            .definedBy(HOME + ".distribution..")
            .layer("model")
            .definedBy(HOME + ".model..")
            .layer("estimate")
            .definedBy(HOME + ".estimate..")
            .layer("infer")
            .definedBy(HOME + ".infer..")
            .layer("mixture")
            .definedBy(HOME + ".mixture..")
            .layer("factors")
            .definedBy(HOME + ".factors..")
            .layer("conjugate")
            .definedBy(HOME + ".conjugate..")
            .layer("network")
            .definedBy(HOME + ".network..")
            .layer("deep")
            .definedBy(HOME + ".deep..")
            .whereLayer("device")
            .mayNotAccessAnyLayer()
            .whereLayer("scalar")
            .mayOnlyAccessLayers("device")
            .whereLayer("simd")
            .mayOnlyAccessLayers("device", "scalar")
            .whereLayer("cuda")
            .mayOnlyAccessLayers("device")
            .whereLayer("family")
            .mayOnlyAccessLayers("device")
            .whereLayer("expr")
            .mayOnlyAccessLayers("device")
            .whereLayer("distribution")
            .mayOnlyAccessLayers("expr")
            .whereLayer("model")
            .mayOnlyAccessLayers("device", "expr", "distribution")
            .whereLayer("estimate")
            .mayOnlyAccessLayers("device", "family", "expr", "model")
            .whereLayer("infer")
            .mayOnlyAccessLayers("device", "family", "expr", "model", "estimate")
            .whereLayer("mixture")
            .mayOnlyAccessLayers("device", "distribution", "model", "estimate", "infer")
            .whereLayer("factors")
            .mayOnlyAccessLayers("device", "expr", "distribution", "model", "estimate", "infer")
            .whereLayer("conjugate")
            .mayOnlyAccessLayers("device", "family", "estimate", "infer", "model")
            .whereLayer("network")
            .mayOnlyAccessLayers("device", "family", "expr", "distribution", "model", "estimate", "infer")
            .whereLayer("deep")
            .mayOnlyAccessLayers("device", "expr", "distribution", "model", "estimate", "infer", "network")
            // simd and cuda are named by string only: they may be absent.
            .whereLayer("root")
            .mayOnlyAccessLayers("device", "scalar")
            .allowEmptyShould(true);

    /** A class outside these packages lives in no room, so the table would not see it. */
    private static final ArchRule EVERY_CLASS_HAS_A_ROOM = classes()
            .should()
            .resideInAnyPackage(
                    HOME,
                    HOME + ".device..",
                    HOME + ".scalar..",
                    HOME + ".simd..",
                    HOME + ".cuda..",
                    HOME + ".family..",
                    HOME + ".expr..",
                    HOME + ".distribution..",
                    HOME + ".model..",
                    HOME + ".estimate..",
                    HOME + ".infer..",
                    HOME + ".mixture..",
                    HOME + ".factors..",
                    HOME + ".conjugate..",
                    HOME + ".network..",
                    HOME + ".deep..")
            .allowEmptyShould(true);

    private static final ArchRule ONLY_THE_JDK = classes()
            .that()
            .resideOutsideOfPackage(HOME + ".cuda..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(HOME + "..", "java..", "jdk.incubator.vector..", "org.jspecify.annotations..", "")
            .allowEmptyShould(true);

    /** The only dependency of the library, in the only room that may be absent because of it. */
    private static final ArchRule ONLY_JCUDA_IN_CUDA = classes()
            .that()
            .resideInAPackage(HOME + ".cuda..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(HOME + "..", "java..", "jcuda..", "org.jspecify.annotations..", "");

    private static final ArchRule VECTORS_IN_SIMD_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage(HOME + ".simd..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator..")
            .allowEmptyShould(true);

    /** {@code Math}'s versions of these may differ in the last bit from one JDK or processor to the next. */
    private static final Set<String> UNSETTLED = Set.of(
            "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "expm1", "log",
            "log10", "log1p", "pow", "cbrt", "hypot");

    private static final ArchRule STRICT_MATH = noClasses()
            .should()
            .callMethodWhere(describe(
                    "its target is a function of Math that StrictMath settles",
                    (JavaMethodCall call) -> call.getTargetOwner().isEquivalentTo(Math.class)
                            && UNSETTLED.contains(call.getTarget().getName())))
            .allowEmptyShould(true);

    private static JavaClasses library;

    @BeforeAll
    static void readTheLibrary() {
        // Names suffice for these rules; looking up the JDK's classes would take most of the time.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        library = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(HOME);
    }

    @Test
    void theTableOfRoomsHolds() {
        TABLE_OF_ROOMS.check(library);
    }

    @Test
    void everyClassHasARoom() {
        EVERY_CLASS_HAS_A_ROOM.check(library);
    }

    @Test
    void theLibraryNeedsOnlyTheJdkAndTheRoomCudaJcuda() {
        ONLY_THE_JDK.check(library);
        ONLY_JCUDA_IN_CUDA.check(library);
    }

    @Test
    void vectorsStayInSimd() {
        VECTORS_IN_SIMD_ONLY.check(library);
    }

    @Test
    void mathIsStrict() {
        STRICT_MATH.check(library);
    }

    @Test
    void theLibraryPrintsNothing() {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS
                .allowEmptyShould(true)
                .check(library);
    }

    /** A rule that cannot fail proves nothing: the table refuses a class of device that calls upward, and only that. */
    @Test
    void aPlantedCallUpwardIsNoticed() {
        JavaClasses planted = new ClassFileImporter().importClasses(PlantedCellar.class, PlantedAttic.class);

        assertThat(TABLE_OF_ROOMS.evaluate(planted).getFailureReport().getDetails())
                .isNotEmpty()
                .allMatch(line -> line.contains("PlantedCellar") && line.contains("PlantedAttic"));
    }

    @Test
    void aPlantedUnsettledFunctionIsNoticed() {
        JavaClasses planted = new ClassFileImporter().importClasses(PlantedCellar.class);

        assertThat(STRICT_MATH.evaluate(planted).getFailureReport().getDetails())
                .singleElement()
                .asString()
                .contains("Math.exp");
        assertThat(planted).extracting(JavaClass::getSimpleName).containsExactly("PlantedCellar");
    }
}
