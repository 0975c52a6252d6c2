package dev.inferencekey.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What may import what: arrows only go down. Nothing is frozen; a law that is in the way is changed here, in the open. */
final class ArchitectureTest {
    private static final String ROOT = "dev.inferencekey.server.";
    private static final String CONTRACT = "dev.inferencekey.contract..";

    private static final JavaClasses SERVER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.inferencekey.server");

    /** Each part of the platform, and the parts below it that it may know. */
    static Stream<Arguments> parts() {
        return Stream.of(
                part("domain"),
                part("ports", "domain"),
                part("gateway", "ports", "domain"),
                part("manager", "ports", "domain"),
                part("dashboard", "manager", "ports", "domain"),
                part("background", "ports", "domain"),
                part("vault", "ports", "domain"),
                part("journal", "ports", "domain"),
                part("accesslog", "ports"),
                part("admin", "ports", "domain"),
                part("telemetry", "ports", "domain"),
                part("store.sql", "ports", "domain"),
                part("store.sqlite", "store.sql", "ports", "domain"),
                part("store.postgres", "store.sql", "ports", "domain"),
                part("store.transfer", "store.sql", "store.sqlite", "store.postgres", "ports", "domain"),
                part("runtime.simulator", "ports", "domain"),
                part("runtime.probe", "ports", "domain"),
                part("runtime.isolation"),
                part("runtime.process", "runtime.probe", "runtime.isolation", "ports", "domain"),
                part("runtime.external", "runtime.probe", "ports", "domain"));
    }

    /** Libraries that only one part may know, so that it can be replaced. */
    static Stream<Arguments> libraries() {
        return Stream.of(
                library("gateway", "io.netty.."),
                library("manager", "io.helidon.."),
                library("admin", "io.prometheus.."),
                library("telemetry", "io.opentelemetry.."),
                library(
                        "store",
                        "java.sql..",
                        "javax.sql..",
                        "org.jdbi..",
                        "org.flywaydb..",
                        "com.zaxxer..",
                        "com.github.kagkarlsson.."),
                library("store.sqlite", "org.sqlite.."),
                library("store.postgres", "org.postgresql.."),
                library("vault", "com.password4j.."),
                library("dashboard", "gg.jte.."),
                library("manager.sso", "com.nimbusds..", "net.minidev.."),
                library("domain.policy", "com.cronutils.."));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void knowsOnlyThePartsBelowIt(String part, Set<String> below) {
        List<String> allowed = new ArrayList<>(List.of(within(part)));
        below.forEach(other -> allowed.add(within(other)));

        check(noClasses()
                .that()
                .resideInAPackage(within(part))
                .should()
                .dependOnClassesThat(resideInAPackage("dev.inferencekey.server..")
                        .and(resideOutsideOfPackages(allowed.toArray(String[]::new)))));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void isTheOnlyPartThatKnowsItsLibrary(String part, String[] libraries) {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(within(part))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries));
    }

    @Test
    void decidesWithNothingButPlainJava() {
        check(classes()
                .that()
                .resideInAPackage(within("domain"))
                .and()
                .resideOutsideOfPackage(within("domain.policy"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", CONTRACT, within("domain"), "org.jspecify.."));
        check(classes()
                .that()
                .resideInAPackage(within("domain.policy"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", CONTRACT, within("domain"), "org.jspecify..", "com.cronutils.."));
    }

    @Test
    void asksForWhatItNeedsInPlainJava() {
        check(classes()
                .that()
                .resideInAPackage(within("ports"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", CONTRACT, within("domain"), within("ports"), "org.jspecify.."));
    }

    /** A page shows and changes what the API does, by the same services. */
    @Test
    void showsPagesWithoutTheStore() {
        check(noClasses()
                .that()
                .resideInAPackage(within("dashboard"))
                .should()
                .dependOnClassesThat(resideInAPackage(within("ports.store"))
                        .and(describe(
                                "are stores", type -> type.getSimpleName().matches("Store|StoreSession|.+Store")))));
    }

    @Test
    void bindsNoJsonInTheDataPlane() {
        check(noClasses()
                .that()
                .resideInAPackage(within("gateway"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("tools.jackson.databind..", "com.fasterxml.."));
    }

    @Test
    void isHandedTheTimeChanceAndTheEnvironment() {
        check(noClasses()
                .that()
                .resideInAnyPackage(within("domain"), within("gateway"), within("manager"), within("dashboard"))
                .should()
                .callMethodWhere(
                        describe("the clock, chance or the environment is read", ArchitectureTest::readsTheWorld))
                .orShould()
                .callConstructor(Random.class));
    }

    private static boolean readsTheWorld(JavaMethodCall call) {
        String owner = call.getTargetOwner().getName();
        String name = call.getName();
        return (owner.startsWith("java.time.") && (name.equals("now") || name.startsWith("system")))
                || (owner.equals(System.class.getName())
                        && Set.of("currentTimeMillis", "getenv", "getProperty").contains(name))
                || (owner.equals(Math.class.getName()) && name.equals("random"))
                || (owner.equals(UUID.class.getName()) && name.equals("randomUUID"))
                || (owner.equals(ThreadLocalRandom.class.getName()) && name.equals("current"));
    }

    @Test
    void looksAtRealClasses() {
        assertThat(SERVER.contain("dev.inferencekey.server.domain.workload.Workload"))
                .isTrue();
        assertThat(SERVER.contain("dev.inferencekey.server.ArchitectureTest")).isFalse();
    }

    private static void check(ArchRule law) {
        // Parts that are still to come break no law.
        law.allowEmptyShould(true).check(SERVER);
    }

    private static String within(String part) {
        return ROOT + part + "..";
    }

    private static Arguments part(String part, String... below) {
        return Arguments.of(part, Set.of(below));
    }

    private static Arguments library(String part, String... libraries) {
        return Arguments.of(part, libraries);
    }
}
