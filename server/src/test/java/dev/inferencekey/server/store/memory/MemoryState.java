package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.domain.usage.UsagePlan;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything the store holds, by id. Values are immutable, so a copy of the maps is a copy of the state. */
final class MemoryState {
    /** A key of two parts, the first of which is a project. */
    record Pair(String projectId, String second) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byProject = projectId.compareTo(other.projectId);
            return byProject != 0 ? byProject : second.compareTo(other.second);
        }
    }

    /** What is known of a membership besides the names. */
    record Membership(Role role, Instant createdAt) {}

    /** A sealed secret. */
    static final class Sealed {
        final UpstreamSecretStore.Entry entry;
        private final byte[] bytes;

        Sealed(UpstreamSecretStore.Entry entry, byte[] bytes) {
            this.entry = entry;
            this.bytes = bytes.clone();
        }

        byte[] bytes() {
            return bytes.clone();
        }
    }

    /** The settings of single sign-on. */
    static final class Provider {
        final SignOnSettings settings;
        private final byte[] sealedSecret;

        Provider(SignOnSettings settings, byte[] sealedSecret) {
            this.settings = settings;
            this.sealedSecret = sealedSecret.clone();
        }

        byte[] sealedSecret() {
            return sealedSecret.clone();
        }
    }

    /** Who a person is at a provider. */
    record Identity(String issuer, String subject, String userId) {}

    final TreeMap<String, Tenant> tenants = new TreeMap<>();
    final TreeMap<String, Project> projects = new TreeMap<>();
    final TreeMap<Pair, Membership> members = new TreeMap<>();
    final TreeMap<String, User> users = new TreeMap<>();
    final TreeMap<String, UserSession> sessions = new TreeMap<>();
    final TreeMap<String, Invitation> invitations = new TreeMap<>();
    final TreeMap<String, Workload> workloads = new TreeMap<>();
    final TreeMap<String, Limits> workloadLimits = new TreeMap<>();
    final TreeMap<String, IssuedSdkToken> sdkTokens = new TreeMap<>();
    final TreeMap<String, IssuedApiKey> apiKeys = new TreeMap<>();
    final TreeMap<Pair, Sealed> secrets = new TreeMap<>();
    /** Newest first. */
    final TreeMap<Pair, List<PricePeriod>> prices = new TreeMap<>();

    final TreeMap<String, Provider> providers = new TreeMap<>();
    final Set<Identity> identities = new HashSet<>();
    final TreeMap<String, AuditEvent> audit = new TreeMap<>();
    /** The project that each event belongs to, by the event's id. */
    final TreeMap<String, String> auditProjects = new TreeMap<>();

    final TreeMap<String, UsageRecord> usage = new TreeMap<>();
    /** The project that each record belongs to, by the record's id. */
    final TreeMap<String, String> usageProjects = new TreeMap<>();
    /** The latest project that was deleted, by slug. */
    final TreeMap<String, String> deletedProjects = new TreeMap<>();
    /** By project. */
    final TreeMap<String, UsagePlan.Kept> usageKept = new TreeMap<>();

    UsageRetention usageRetention = UsageRetention.DEFAULT;
    byte @Nullable [] masterKeyCheck;
    final TreeMap<Long, AccessChangeLog.Entry> changes = new TreeMap<>();
    long lastEpoch;

    /** The project that has the slug now, null if there is none. */
    @Nullable
    Project projectNow(String slug) {
        return projects.values().stream()
                .filter(project -> project.slug().equals(slug))
                .findFirst()
                .orElse(null);
    }

    MemoryState copy() {
        MemoryState copy = new MemoryState();
        copy.masterKeyCheck = masterKeyCheck;
        copy.tenants.putAll(tenants);
        copy.projects.putAll(projects);
        copy.members.putAll(members);
        copy.users.putAll(users);
        copy.sessions.putAll(sessions);
        copy.invitations.putAll(invitations);
        copy.workloads.putAll(workloads);
        copy.workloadLimits.putAll(workloadLimits);
        copy.sdkTokens.putAll(sdkTokens);
        copy.apiKeys.putAll(apiKeys);
        copy.secrets.putAll(secrets);
        copy.prices.putAll(prices);
        copy.providers.putAll(providers);
        copy.identities.addAll(identities);
        copy.audit.putAll(audit);
        copy.auditProjects.putAll(auditProjects);
        copy.usage.putAll(usage);
        copy.usageProjects.putAll(usageProjects);
        copy.deletedProjects.putAll(deletedProjects);
        copy.usageKept.putAll(usageKept);
        copy.usageRetention = usageRetention;
        copy.changes.putAll(changes);
        copy.lastEpoch = lastEpoch;
        return copy;
    }
}
