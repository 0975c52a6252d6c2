package dev.inferencekey.cli.up;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which model servers elsewhere may be called. Filled by picocli on one thread. */
final class UpstreamOptions {
    @Option(
            names = "--allow-upstream",
            paramLabel = "WHERE",
            description =
                    "Let external workloads call only this: a host, *.domain, address or CIDR, each also with :PORT;"
                            + " repeatable (default: all but link-local addresses and the platform itself).")
    private List<String> allowed = new ArrayList<>();

    @Option(
            names = "--deny-upstream",
            paramLabel = "WHERE",
            description = "Let no external workload call this, such as 10.0.0.0/8 or 127.0.0.1:5432, allowed or not;"
                    + " repeatable.")
    private List<String> denied = new ArrayList<>();

    LaunchSettings.Upstreams settings() {
        return new LaunchSettings.Upstreams(List.copyOf(allowed), List.copyOf(denied));
    }
}
