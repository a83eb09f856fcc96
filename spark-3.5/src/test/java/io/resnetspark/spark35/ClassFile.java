package io.resnetspark.spark35;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What a compiled class declares and refers to: Java Virtual Machine Specification, chapter 4. Names are internal ones,
 * {@code java/lang/String}.
 *
 * @param superName empty for {@code java/lang/Object}
 * @param members methods and fields that it declares
 * @param classes that it refers to, arrays not among them
 * @param references to methods and fields of others, or of its own
 */
record ClassFile(
        String name,
        int access,
        String superName,
        List<String> interfaces,
        List<Member> members,
        List<String> classes,
        List<Reference> references) {

    private static final int ABSTRACT = 0x0400;

    /** @param descriptor types of parameters and result, or of the field */
    record Member(int access, String name, String descriptor) {

        boolean isMethod() {
            return descriptor.startsWith("(");
        }

        boolean isAbstract() {
            return (access & ABSTRACT) != 0;
        }

        /** Neither private, nor static, nor final, nor what a Scala trait wants of classes that are written in Scala. */
        boolean canBeOverridden() {
            return (access & (0x0002 | 0x0008 | 0x0010)) == 0 && !name.startsWith("<") && !name.contains("$super$");
        }

        String parameters() {
            return descriptor.substring(0, descriptor.indexOf(')') + 1);
        }
    }

    record Reference(String owner, String name, String descriptor) {

        @Override
        public String toString() {
            return "%s.%s%s".formatted(owner, name, descriptor);
        }
    }

    boolean isAbstract() {
        return (access & ABSTRACT) != 0;
    }

    List<String> supertypes() {
        List<String> all = new ArrayList<>(interfaces);
        if (!superName.isEmpty()) {
            all.add(0, superName);
        }
        return all;
    }

    boolean declares(String member, String descriptor) {
        return members.stream()
                .anyMatch(declared ->
                        declared.name().equals(member) && declared.descriptor().equals(descriptor));
    }

    static ClassFile read(InputStream bytes) throws IOException {
        DataInputStream in = new DataInputStream(bytes);
        in.readLong(); // magic number and version
        int constants = in.readUnsignedShort();
        Object[] pool = new Object[constants];
        int[] tags = new int[constants];
        for (int i = 1; i < constants; i++) {
            tags[i] = in.readUnsignedByte();
            switch (tags[i]) {
                case 1 -> pool[i] = in.readUTF();
                case 3, 4 -> in.readInt();
                case 5, 6 -> {
                    in.readLong();
                    i++;
                }
                case 7, 8, 16, 19, 20 -> pool[i] = new int[] {in.readUnsignedShort()};
                case 9, 10, 11, 12, 17, 18 -> pool[i] = new int[] {in.readUnsignedShort(), in.readUnsignedShort()};
                case 15 -> {
                    in.readUnsignedByte();
                    in.readUnsignedShort();
                }
                default -> throw new IOException("Constant of unknown kind " + tags[i]);
            }
        }
        int access = in.readUnsignedShort();
        String name = className(pool, in.readUnsignedShort());
        int superIndex = in.readUnsignedShort();
        List<String> interfaces = new ArrayList<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            interfaces.add(className(pool, in.readUnsignedShort()));
        }
        List<Member> members = new ArrayList<>();
        for (int kind = 0; kind < 2; kind++) { // fields, methods
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                members.add(new Member(in.readUnsignedShort(), (String) pool[in.readUnsignedShort()], (String)
                        pool[in.readUnsignedShort()]));
                for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                    in.readUnsignedShort();
                    in.skipNBytes(in.readInt());
                }
            }
        }
        List<String> classes = new ArrayList<>();
        List<Reference> references = new ArrayList<>();
        for (int i = 1; i < constants; i++) {
            if (tags[i] == 7) {
                String referred = className(pool, i);
                if (!referred.startsWith("[")) {
                    classes.add(referred);
                }
            } else if (tags[i] >= 9 && tags[i] <= 11) {
                int[] reference = (int[]) pool[i];
                int[] nameAndType = (int[]) pool[reference[1]];
                references.add(new Reference(
                        className(pool, reference[0]), (String) pool[nameAndType[0]], (String) pool[nameAndType[1]]));
            }
        }
        return new ClassFile(
                name,
                access,
                superIndex == 0 ? "" : className(pool, superIndex),
                interfaces,
                members,
                classes,
                references);
    }

    private static String className(Object[] pool, int index) {
        return (String) pool[((int[]) pool[index])[0]];
    }
}
