import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Copies a jar with its classes in the format of Java 8 where theirs is older than Java 6's: the JVM keeps no such class in a cache of
 * linked classes, and verifies each again with every start. Nothing else changes. For build/release, which has ASM and the jar itself on
 * the class path: {@code java -cp ASM:JAR NewerClasses.java JAR COPY}.
 */
void main(String[] arguments) throws IOException {
    try (ZipFile from = new ZipFile(arguments[0]);
            ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
        for (ZipEntry entry : Collections.list(from.entries())) {
            byte[] bytes = from.getInputStream(entry).readAllBytes();
            ZipEntry copy = new ZipEntry(entry.getName());
            copy.setTimeLocal(entry.getTimeLocal());
            to.putNextEntry(copy);
            to.write(entry.getName().endsWith(".class") ? newer(bytes) : bytes);
            to.closeEntry();
        }
    }
}

byte[] newer(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    if (reader.readUnsignedShort(6) >= Opcodes.V1_6) {
        return bytes;
    }
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
    reader.accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
                @Override
                public void visit(
                        int version, int access, String name, String signature, String parent, String[] interfaces) {
                    super.visit(Opcodes.V1_8, access, name, signature, parent, interfaces);
                }
            },
            0);
    return writer.toByteArray();
}
