package dev.inferencekey.maven;

import dev.inferencekey.EnvironmentVariables;
import dev.inferencekey.declaration.build.BuildLog;
import dev.inferencekey.declaration.build.BuildTool;
import dev.inferencekey.declaration.build.OpenTokens;
import dev.inferencekey.declaration.build.WorkloadBuild;
import dev.inferencekey.declaration.build.WorkloadBuildException;
import java.io.File;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.jspecify.annotations.Nullable;

/**
 * What the goals have in common: they read the declarations, find the token, and call the control plane. Not for extension by others.
 *
 * <p>Maven makes one for each execution, so nothing is shared between threads.
 */
public abstract class AbstractWorkloadMojo extends AbstractMojo {
    private static final BuildTool MAVEN = new BuildTool("Maven", "-D", "inferencekey:ensure", "the goal plan");

    private final SettingsDecrypter decrypter;

    @Parameter(defaultValue = "${session}", readonly = true, required = true)
    private @Nullable MavenSession session;

    /** The declarations, in YAML or JSON, as {@code ik ensure -f} reads them. */
    @Parameter(property = "inferencekey.file", defaultValue = "${basedir}/workload.yaml")
    private @Nullable File file;

    /** The server's address; {@code INFERENCEKEY_BASE_URL} by default. */
    @Parameter(property = "inferencekey.baseUrl")
    private @Nullable String baseUrl;

    /** The project of declarations that name none; {@code INFERENCEKEY_PROJECT} by default. */
    @Parameter(property = "inferencekey.project")
    private @Nullable String project;

    /** The server in settings.xml whose password is the SDK token, if INFERENCEKEY_SDK_TOKEN is not set. */
    @Parameter(property = "inferencekey.serverId", defaultValue = "inferencekey")
    private String serverId = "inferencekey";

    /** Does nothing if true. */
    @Parameter(property = "inferencekey.skip", defaultValue = "false")
    private boolean skip;

    /** Refused: a token must not be in a POM or on a command line. */
    @Parameter(property = "inferencekey.token")
    private @Nullable String token;

    AbstractWorkloadMojo(SettingsDecrypter decrypter) {
        this.decrypter = decrypter;
    }

    /** Does the goal's work. */
    abstract void run(WorkloadBuild build);

    @Override
    public final void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("Skipped, as inferencekey.skip asks for.");
            return;
        }
        try {
            refuseTokensInTheOpen();
            run(new WorkloadBuild(MAVEN, log(), settings(), System.getenv(), this::tokenOfSettings));
        } catch (WorkloadBuildException e) {
            switch (e.reason()) {
                case SETUP -> throw new MojoExecutionException(e.getMessage(), e);
                case WORKLOADS -> throw new MojoFailureException(e.getMessage(), e);
            }
        }
    }

    private WorkloadBuild.Settings settings() {
        if (file == null) {
            throw WorkloadBuildException.setup(
                    "Say which file declares the workloads: -Dinferencekey.file=workload.yaml");
        }
        return new WorkloadBuild.Settings(
                file.toPath(), baseUrl, project, session().isOffline());
    }

    /** The token of settings.xml. */
    private String tokenOfSettings() {
        Server server = session().getSettings().getServer(serverId);
        if (server == null) {
            throw WorkloadBuildException.setup("No SDK token. Set " + EnvironmentVariables.SDK_TOKEN
                    + ", or put the token into settings.xml as the password of the server \"" + serverId + "\".");
        }
        String password = decrypter
                .decrypt(new DefaultSettingsDecryptionRequest(server))
                .getServer()
                .getPassword();
        if (password == null || password.isBlank()) {
            throw WorkloadBuildException.setup(
                    "The server \"" + serverId + "\" in settings.xml has no password; it is the SDK token, ik_sdk_…");
        }
        return password;
    }

    private void refuseTokensInTheOpen() {
        if (token != null && !token.isBlank()) {
            throw WorkloadBuildException.setup(
                    "An SDK token must not be a parameter: POMs are committed, and command lines are"
                            + " seen by others. Take it out, revoke it, and set " + EnvironmentVariables.SDK_TOKEN
                            + " or the server \"" + serverId + "\" in settings.xml.");
        }
        File pom = session().getCurrentProject() == null
                ? null
                : session().getCurrentProject().getFile();
        if (pom != null) {
            OpenTokens.refuse(pom.toPath());
        }
    }

    private MavenSession session() {
        if (session == null) {
            throw new IllegalStateException("Maven sets the session");
        }
        return session;
    }

    private BuildLog log() {
        return new BuildLog() {
            @Override
            public void info(String line) {
                getLog().info(line);
            }

            @Override
            public void warn(String line) {
                getLog().warn(line);
            }
        };
    }
}
