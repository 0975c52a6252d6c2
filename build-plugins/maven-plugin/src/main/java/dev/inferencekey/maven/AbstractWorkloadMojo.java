package dev.inferencekey.maven;

import dev.inferencekey.AuthenticationException;
import dev.inferencekey.ConfigurationException;
import dev.inferencekey.EnsurePlan;
import dev.inferencekey.EnvironmentVariables;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.PermissionDeniedException;
import dev.inferencekey.TransportException;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.contract.workload.FieldDifference;
import dev.inferencekey.declaration.DeclarationException;
import dev.inferencekey.declaration.WorkloadFile;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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
    private static final Pattern TOKEN = Pattern.compile("ik_(sdk|live)_[A-Za-z0-9_]{6,}");

    /** Long enough for a server that restarts, short enough for a person who waits. */
    private static final Duration RETRY = Duration.ofSeconds(5);

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

    /** Does the goal's work; all declarations are understood before this is called. */
    abstract void run(ManagementClient client, List<WorkloadSpec> specs) throws MojoFailureException;

    @Override
    public final void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("Skipped, as inferencekey.skip asks for.");
            return;
        }
        refuseTokensInTheOpen();
        List<WorkloadSpec> specs = declarations();
        Map<String, String> environment = System.getenv();
        String server = present(baseUrl) ? baseUrl : environment.get(EnvironmentVariables.BASE_URL);
        if (session().isOffline() && !isThisMachine(server)) {
            getLog().warn("Maven is offline: nothing was asked of " + (server == null ? "the server" : server)
                    + ", and nothing is known of its workloads.");
            return;
        }
        try (ManagementClient client = ManagementClient.builder()
                .environment(environment)
                .baseUrl(baseUrl)
                .project(project)
                .token(token(environment))
                .retryFor(RETRY)
                .build()) {
            run(client, specs);
        } catch (ConfigurationException e) {
            throw new MojoExecutionException(e.getMessage(), e);
        } catch (AuthenticationException e) {
            throw new MojoExecutionException(
                    "The server does not accept the SDK token. Is it of this server, and not revoked? "
                            + e.getMessage(),
                    e);
        } catch (PermissionDeniedException e) {
            throw new MojoExecutionException(
                    "The SDK token may not do this; `ik token show` tells its scopes. " + e.getMessage(), e);
        } catch (TransportException e) {
            throw new MojoExecutionException(
                    "The server can't be reached; is inferencekey.baseUrl right? " + e.getMessage(), e);
        } catch (InferenceKeyException e) {
            throw new MojoFailureException(e.getMessage(), e);
        }
    }

    private List<WorkloadSpec> declarations() throws MojoExecutionException {
        if (file == null) {
            throw new MojoExecutionException(
                    "Say which file declares the workloads: -Dinferencekey.file=workload.yaml");
        }
        try {
            String inProject = present(project) ? project : System.getenv(EnvironmentVariables.PROJECT);
            return WorkloadFile.read(file.toPath(), inProject);
        } catch (DeclarationException e) {
            throw new MojoExecutionException(
                    file.exists() ? e.getMessage() : e.getMessage() + " Name another with -Dinferencekey.file=…", e);
        }
    }

    /** The environment's, since CI hands secrets over so; else that of settings.xml. */
    private @Nullable String token(Map<String, String> environment) throws MojoExecutionException {
        if (present(environment.get(EnvironmentVariables.SDK_TOKEN))) {
            return environment.get(EnvironmentVariables.SDK_TOKEN);
        }
        Server server = session().getSettings().getServer(serverId);
        if (server == null) {
            throw new MojoExecutionException("No SDK token. Set " + EnvironmentVariables.SDK_TOKEN
                    + ", or put the token into settings.xml as the password of the server \"" + serverId + "\".");
        }
        String password = decrypter
                .decrypt(new DefaultSettingsDecryptionRequest(server))
                .getServer()
                .getPassword();
        if (!present(password)) {
            throw new MojoExecutionException(
                    "The server \"" + serverId + "\" in settings.xml has no password; it is the SDK token, ik_sdk_…");
        }
        return password;
    }

    private void refuseTokensInTheOpen() throws MojoExecutionException {
        if (present(token)) {
            throw new MojoExecutionException(
                    "An SDK token must not be a parameter: POMs are committed, and command lines are"
                            + " seen by others. Take it out, revoke it, and set " + EnvironmentVariables.SDK_TOKEN
                            + " or the server \"" + serverId + "\" in settings.xml.");
        }
        File pom = session().getCurrentProject() == null
                ? null
                : session().getCurrentProject().getFile();
        try {
            if (pom != null
                    && TOKEN.matcher(Files.readString(pom.toPath(), StandardCharsets.UTF_8))
                            .find()) {
                throw new MojoExecutionException("There is an InferenceKey credential in " + pom
                        + ", where whoever reads the repository finds it. Take it out and revoke it.");
            }
        } catch (IOException e) {
            throw new MojoExecutionException("The POM " + pom + " can't be read.", e);
        }
    }

    private MavenSession session() {
        if (session == null) {
            throw new IllegalStateException("Maven sets the session");
        }
        return session;
    }

    /** What was found, in a line for each difference. */
    void tell(String verb, EnsurePlan plan) {
        getLog().info(plan.endpoint() + ": " + verb);
        for (FieldDifference difference : plan.differences()) {
            getLog().info("  " + difference);
        }
    }

    static String counted(int number) {
        return number == 1 ? "1 workload" : number + " workloads";
    }

    private static boolean present(@Nullable String text) {
        return text != null && !text.isBlank();
    }

    /** Reached without a network. */
    private static boolean isThisMachine(@Nullable String server) {
        try {
            String host = server == null ? null : URI.create(server.strip()).getHost();
            return host != null
                    && (host.equals("localhost") || host.matches("[0-9.]+|\\[.*]"))
                    && InetAddress.getByName(host).isLoopbackAddress();
        } catch (IllegalArgumentException | UnknownHostException e) {
            return false;
        }
    }
}
