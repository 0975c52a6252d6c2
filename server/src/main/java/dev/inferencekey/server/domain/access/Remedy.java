package dev.inferencekey.server.domain.access;

import java.util.List;

/** The smallest change after which a refused request would get one check further, as far as it is known. */
public sealed interface Remedy {
    /** One sentence for people. */
    String text();

    /** The key is to be granted a workload of its project. */
    record GrantWorkload(String keyId, String projectSlug, String workloadSlug) implements Remedy {
        @Override
        public String text() {
            return "grant " + projectSlug + "/" + workloadSlug + " to key " + keyId;
        }
    }

    /** A credential of the other kind is to be used. */
    record UseOtherKind(Plane plane) implements Remedy {
        @Override
        public String text() {
            return switch (plane) {
                case DATA -> "use an ik_live_ key: this is the data plane";
                case CONTROL -> "use an ik_sdk_ token: this is the control plane";
            };
        }
    }

    /** A person is to do it. */
    record SignIn() implements Remedy {
        @Override
        public String text() {
            return "sign in: this is for people, and no token has a scope for it";
        }
    }

    /** The credential is to be enabled. */
    record Enable(String noun, String id) implements Remedy {
        @Override
        public String text() {
            return "enable the " + noun + " " + id;
        }
    }

    /** The key's expiry is to be put off. */
    record ExtendExpiry(String keyId) implements Remedy {
        @Override
        public String text() {
            return "give key " + keyId + " a later expiry, or mint another one";
        }
    }

    /** The newer secret of the same credential is to be used. */
    record UseNewerSecret(String noun, String id) implements Remedy {
        @Override
        public String text() {
            return "use the newer secret of " + noun + " " + id + ": this one was rotated out";
        }
    }

    /** What ended can't be brought back. */
    record MintAnother(String noun, String projectSlug) implements Remedy {
        @Override
        public String text() {
            return "mint another " + noun + " in project " + projectSlug;
        }
    }

    /** A token's scopes can't be changed. */
    record MintWithScope(String projectSlug, String scope) implements Remedy {
        @Override
        public String text() {
            return "mint a token with the scope " + scope + " in project " + projectSlug;
        }
    }

    /** Credentials stay inside their project. */
    record UseProject(String noun, String projectSlug) implements Remedy {
        @Override
        public String text() {
            return "use a " + noun + " of the project addressed, or address " + projectSlug + ", which this " + noun
                    + " belongs to";
        }
    }

    /** The workload is to be made. */
    record MakeWorkload(String projectSlug, String workloadSlug) implements Remedy {
        @Override
        public String text() {
            return "make a workload with the slug " + workloadSlug + " in project " + projectSlug;
        }
    }

    /** Something else is to be asked for. */
    record AskFor(List<String> served) implements Remedy {
        public AskFor {
            served = List.copyOf(served);
        }

        @Override
        public String text() {
            return served.isEmpty()
                    ? "correct the path: nothing is served there"
                    : "ask for what is served: " + String.join(", ", served);
        }
    }
}
