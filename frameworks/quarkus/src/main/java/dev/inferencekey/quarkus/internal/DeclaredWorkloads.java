package dev.inferencekey.quarkus.internal;

import dev.inferencekey.ConfigurationException;
import dev.inferencekey.ValidationException;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.declaration.DeclarationException;
import dev.inferencekey.declaration.WorkloadFile;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import dev.inferencekey.quarkus.InferenceKeyConfig.WorkloadSettings;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads declarations of workloads from files and settings. */
final class DeclaredWorkloads {
    private static final String CLASS_PATH = "classpath:";

    private DeclaredWorkloads() {}

    /**
     * All of them, those of files first.
     *
     * @throws StartupFailure if there is none, one is declared twice, lacks a required setting or can't be right
     */
    static List<WorkloadSpec> read(InferenceKeyConfig.Ensure settings) {
        List<WorkloadSpec> specs = new ArrayList<>();
        settings.files().orElse(List.of()).forEach(location -> specs.addAll(file(location.strip())));
        new TreeMap<>(settings.workloads()).forEach((slug, declared) -> specs.add(declared(slug, declared)));
        Set<List<String>> seen = new HashSet<>();
        for (WorkloadSpec spec : specs) {
            if (!seen.add(List.of(spec.project().orElse(""), spec.slug()))) {
                throw StartupFailure.declaration("\"" + spec.slug() + "\" is declared twice; keep one of them", null);
            }
        }
        if (specs.isEmpty()) {
            throw StartupFailure.nothingDeclared();
        }
        return specs;
    }

    private static List<WorkloadSpec> file(String location) {
        try (InputStream in = open(location)) {
            return WorkloadFile.read(location, in, null);
        } catch (DeclarationException e) {
            throw StartupFailure.declaration(e.getMessage(), e);
        } catch (FileNotFoundException | NoSuchFileException e) {
            throw StartupFailure.declaration("there is no file " + location, null);
        } catch (IOException | IllegalArgumentException e) {
            throw StartupFailure.declaration(location + " can't be read", e);
        }
    }

    private static InputStream open(String location) throws IOException {
        if (location.startsWith(CLASS_PATH)) {
            String name = location.substring(CLASS_PATH.length()).replaceFirst("^/+", "");
            InputStream in = Thread.currentThread().getContextClassLoader().getResourceAsStream(name);
            if (in == null) {
                throw new FileNotFoundException(location);
            }
            return in;
        }
        return Files.newInputStream(location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location));
    }

    private static WorkloadSpec declared(String slug, WorkloadSettings declared) {
        String name = Connection.present(declared.name());
        WorkloadSpec.Builder spec = WorkloadSpec.builder()
                .slug(slug)
                .name(name == null ? slug : name)
                .model(text(declared.model()))
                .backend(text(declared.backend()))
                .project(Connection.present(declared.project()))
                .description(Connection.present(declared.description()))
                .command(Connection.present(declared.command()))
                .taskType(Connection.present(declared.taskType()));
        try {
            return spec.build();
        } catch (ValidationException | ConfigurationException e) {
            throw StartupFailure.declaration("inferencekey.ensure.workloads." + slug + ": " + e.getMessage(), e);
        }
    }

    /** Blank is refused by the builder, with the field's name. */
    private static String text(Optional<String> value) {
        return value.orElse("");
    }
}
