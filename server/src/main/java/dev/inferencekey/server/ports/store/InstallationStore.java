package dev.inferencekey.server.ports.store;

import java.util.List;
import java.util.Optional;

/** What an installation keeps to know itself again. */
public interface InstallationStore {
    /** What {@link #masterKeyCheck} is bound to; see {@code SecretCipher}. */
    String CHECK_CONTEXT = "master-key-check";

    /** A secret that is sealed with the master key. Immutable. */
    final class Sealed {
        private final String name;
        private final String context;
        private final byte[] bytes;

        /**
         * @param name for people: where it belongs
         * @param context what its ciphertext is bound to; see {@code SecretCipher}
         */
        public Sealed(String name, String context, byte[] bytes) {
            this.name = name;
            this.context = context;
            this.bytes = bytes.clone();
        }

        public String name() {
            return name;
        }

        public String context() {
            return context;
        }

        public byte[] bytes() {
            return bytes.clone();
        }
    }

    /** A text that was sealed with the master key, so that another key is noticed; empty before the first start has finished. */
    Optional<byte[]> masterKeyCheck();

    void setMasterKeyCheck(byte[] sealed);

    /** Every secret of this installation that is sealed with the master key, those of projects first, by name. */
    List<Sealed> sealedSecrets();
}
