package dev.inferencekey.server.domain.access;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Role;
import java.util.Map;
import java.util.Set;

/** Who is asking, after the credential was found genuine and alive. */
public sealed interface Caller {
    /** How the audit trail names the caller; never a secret. */
    String display();

    /** No credential was shown, and none was needed so far. */
    record Anonymous() implements Caller {
        @Override
        public String display() {
            return "anonymous";
        }
    }

    /** The holder of an {@code ik_sdk_} token. */
    record ControlToken(String tokenId, String publicId, String projectSlug, Set<Scope> scopes) implements Caller {
        public ControlToken {
            scopes = Set.copyOf(scopes);
        }

        @Override
        public String display() {
            return "ik_sdk_" + publicId + "…";
        }
    }

    /** The holder of an {@code ik_live_} key. */
    record DataKey(String keyId, String publicId, String projectSlug, Grants grants) implements Caller {
        @Override
        public String display() {
            return "ik_live_" + publicId + "…";
        }
    }

    /** A signed-in person; {@code roles} is by project slug. */
    record Human(String userId, String email, boolean tenantOwner, Map<String, Role> roles) implements Caller {
        public Human {
            roles = Map.copyOf(roles);
        }

        @Override
        public String display() {
            return email;
        }
    }

    /** Whoever can read the data folder of the server's own machine. */
    record Operator() implements Caller {
        @Override
        public String display() {
            return "operator";
        }
    }
}
