package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one pickle: the stack machine of Python's {@code pickle} reduced to what {@code torch.save} writes (protocols 2
 * to 4; the opcodes of {@code torch/_weights_only_unpickler.py}). The only classes it knows are those it is given;
 * every other name is refused, and none is ever looked up, loaded or called.
 *
 * <p>Not {@code net.razorvine:pickle}, which ships with Spark: its {@code Unpickler} allocates whatever length a string
 * claims before it reads a byte, calls {@code __setstate__} by reflection, hashes lists used as keys (exponential in
 * their depth), keeps its constructors in a static table that anything in the JVM may extend, and turns unknown classes
 * into dictionaries; the methods to override are package-private.
 *
 * <p>Python's values become: int → {@link Long} or {@link BigInteger}, float → {@link Double}, bool → {@link Boolean},
 * str → {@link String}, bytes → {@code byte[]}, None → null, tuple → {@code Object[]}, list → {@link ArrayList}, dict →
 * {@link LinkedHashMap}. Each opcode creates at most one small object. How many may be created depends on the pickle's
 * length, except for plain numbers: training scripts keep long lists of them (the loss of every step), which are read
 * and not kept beyond {@link #MAX_NUMBERS_KEPT}.
 */
final class PickleMachine {

    /** A class or function that a pickle may name and apply. */
    @FunctionalInterface
    interface Callable {
        /** @throws IllegalArgumentException if the arguments do not fit */
        Object call(Object[] arguments);
    }

    /** An object that takes its state after it was made (Python's {@code __setstate__}). */
    interface Buildable {
        /** @throws IllegalArgumentException if the state does not fit */
        void setState(Object state);
    }

    /**
     * Something beside the tensors, such as a numpy scalar or {@code argparse.Namespace}: never built. It takes whatever a
     * pickle does with it (call, state, elements) and keeps none of it.
     */
    static final class Skipped implements Callable, Buildable {

        private final String name;

        /** @param name Python's, for messages */
        Skipped(String name) {
            this.name = name;
        }

        @Override
        public Object call(Object[] arguments) {
            return this;
        }

        @Override
        public void setState(Object state) {
            // not kept
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** What a pickle may refer to outside of itself. */
    interface World {
        /** The class or function of that name, if it is allowed. */
        Optional<Object> global(String module, String name);

        /** @throws IllegalArgumentException if there is no such object */
        Object persistent(Object id);
    }

    /** A full training checkpoint of a ResNet-152 has about 100,000 opcodes; this many are read of any file. */
    static final int MAX_OPCODES = 1 << 20;

    /** More are read where the pickle is as long as texts and tensors make it, of at least this many bytes an opcode. */
    private static final int BYTES_OF_AN_OPCODE = 8;

    private static final int MOST_OPCODES = 1 << 23;

    /** Plain values that one list or dictionary, or the stack, holds. */
    static final int MAX_NUMBERS_KEPT = 1 << 20;

    private static final Object MARK = new Object();

    private final ByteBuffer in;
    private final World world;
    private final String source;
    private final ArrayList<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private PickleMachine(ByteBuffer in, World world, String source) {
        this.in = in;
        this.world = world;
        this.source = source;
    }

    /**
     * Reads one pickle from the buffer's position and leaves the position behind it.
     *
     * @param in little-endian
     * @param source how to name the file in messages
     * @throws BadDataException if the pickle is cut short or damaged, or names something the world does not allow
     */
    static Object load(ByteBuffer in, World world, String source) {
        if (in.order() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalArgumentException("pickles are little-endian");
        }
        return new PickleMachine(in, world, source).run();
    }

    private Object run() {
        long limit = Math.min(MOST_OPCODES, Math.max(MAX_OPCODES, in.remaining() / BYTES_OF_AN_OPCODE));
        for (long opcodes = 0; opcodes < limit; ) {
            int opcode = unsignedByte();
            if (opcode == '.') {
                return pop();
            }
            opcodes += pushesNumber(opcode) ? 0 : 1;
            if (stack.size() > MAX_NUMBERS_KEPT) {
                throw damaged("more than %d values in a row, no weights need so many".formatted(MAX_NUMBERS_KEPT));
            }
            try {
                execute(opcode);
            } catch (IllegalArgumentException e) {
                throw damaged(String.valueOf(e.getMessage()));
            }
        }
        throw damaged("more than %d instructions, no weights need so many".formatted(limit));
    }

    private static boolean pushesNumber(int opcode) {
        return switch (opcode) {
            case 'N', 0x88, 0x89, 'K', 'M', 'J', 0x8A, 'G' -> true;
            default -> false;
        };
    }

    private static boolean isNumber(Object value) {
        return value == null || value instanceof Number || value instanceof Boolean;
    }

    private void execute(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol(unsignedByte());
            case 0x95 -> bytes(Long.BYTES); // FRAME: a hint for buffering
            case '(' -> stack.add(MARK);
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> stack.add(top());
            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'K' -> stack.add((long) unsignedByte());
            case 'M' -> stack.add(bytes(Short.BYTES).getShort() & 0xFFFFL);
            case 'J' -> stack.add((long) bytes(Integer.BYTES).getInt());
            case 0x8A -> stack.add(integer(bytes(unsignedByte())));
            case 'G' ->
                stack.add(bytes(Double.BYTES).order(ByteOrder.BIG_ENDIAN).getDouble());
            case 'X' -> stack.add(text(unsignedInt()));
            case 0x8C -> stack.add(text(unsignedByte()));
            case 0x8D -> stack.add(text(bytes(Long.BYTES).getLong()));
            case 'T' -> stack.add(text(unsignedInt())); // Python 2's str: ASCII in every checkpoint
            case 'U' -> stack.add(text(unsignedByte()));
            case 'B' -> stack.add(array(bytes(unsignedInt())));
            case 'C' -> stack.add(array(bytes(unsignedByte())));
            case ')' -> stack.add(new Object[0]);
            case 't' -> stack.add(popToMark().toArray());
            case 0x85 -> stack.add(popTuple(1));
            case 0x86 -> stack.add(popTuple(2));
            case 0x87 -> stack.add(popTuple(3));
            case ']' -> stack.add(new ArrayList<>(0));
            case 'a' -> append(Arrays.asList(popTuple(1)));
            case 'e' -> append(popToMark());
            case '}' -> stack.add(new LinkedHashMap<>());
            case 's' -> setItems(Arrays.asList(popTuple(2)));
            case 'u' -> setItems(popToMark());
            case 'q' -> memo.put(unsignedByte(), top());
            case 'r' -> memo.put(bytes(Integer.BYTES).getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> stack.add(remembered(unsignedByte()));
            case 'j' -> stack.add(remembered(bytes(Integer.BYTES).getInt()));
            case 'c' -> stack.add(global(line(), line()));
            case 0x93 -> stackGlobal();
            case 'R', 0x81 -> apply();
            case 'b' -> build();
            case 'Q' -> stack.add(world.persistent(pop()));
            default ->
                throw damaged(
                        "instruction 0x%02X, which no weights need, at byte %d".formatted(opcode, in.position() - 1));
        }
    }

    private void protocol(int version) {
        if (version < 2 || version > 5) {
            throw damaged("pickle protocol %d; 2 to 5 are read".formatted(version));
        }
    }

    private Object global(String module, String name) {
        return world.global(module, name)
                .orElseThrow(() -> new BadDataException(
                        "%s names %s.%s, which is not part of any weights; refused, and nothing was executed. Save only the model's state_dict()"
                                .formatted(source, printable(module), printable(name))));
    }

    private void stackGlobal() {
        Object name = pop();
        Object module = pop();
        if (!(module instanceof String moduleName) || !(name instanceof String globalName)) {
            throw damaged("a class name that is not text");
        }
        stack.add(global(moduleName, globalName));
    }

    /** REDUCE and NEWOBJ: with an allow-list there is no difference between calling a class and making its instance. */
    private void apply() {
        Object arguments = pop();
        Object function = pop();
        if (!(function instanceof Callable callable) || !(arguments instanceof Object[] tuple)) {
            throw damaged("a call of something that cannot be called");
        }
        stack.add(callable.call(tuple));
    }

    private void build() {
        Object state = pop();
        Object target = top();
        if (target instanceof Buildable buildable) {
            buildable.setState(state);
        } else if (!(target instanceof Map)) { // on an OrderedDict it is the modules' versions, of no use here
            throw damaged("a state for something that has none");
        }
    }

    private void append(List<Object> items) {
        if (top() instanceof Skipped) {
            return;
        }
        if (!(top() instanceof ArrayList<?> list)) {
            throw damaged("an element for something that is no list");
        }
        boolean kept = list.size() < MAX_NUMBERS_KEPT || !items.stream().allMatch(PickleMachine::isNumber);
        if (kept) {
            asList(list).addAll(items);
        }
    }

    private void setItems(List<Object> keysAndValues) {
        if (top() instanceof Skipped) {
            return;
        }
        if (!(top() instanceof LinkedHashMap<?, ?>) || keysAndValues.size() % 2 != 0) {
            throw damaged("an entry for something that is no dictionary");
        }
        Map<Object, Object> dictionary = asDictionary(top());
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            if (key instanceof Map || key instanceof List) { // unhashable in Python too
                throw damaged("a dictionary or list as a key");
            }
            Object value = keysAndValues.get(i + 1);
            if (dictionary.size() < MAX_NUMBERS_KEPT || !isNumber(key) || !isNumber(value)) {
                dictionary.put(key, value);
            }
        }
    }

    @SuppressWarnings("unchecked") // every list and dictionary on the stack was made here, of Objects
    private static List<Object> asList(Object list) {
        return (List<Object>) list;
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> asDictionary(Object dictionary) {
        return (Map<Object, Object>) dictionary;
    }

    private Object remembered(int slot) {
        if (!memo.containsKey(slot)) {
            throw damaged("a reference to nothing (memo %d)".formatted(slot));
        }
        return memo.get(slot);
    }

    private Object top() {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
            throw damaged("a value is missing");
        }
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        Object value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private Object[] popTuple(int count) {
        Object[] values = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            values[i] = pop();
        }
        return values;
    }

    private List<Object> popToMark() {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw damaged("a mark is missing");
        }
        List<Object> above = stack.subList(mark + 1, stack.size());
        List<Object> values = new ArrayList<>(above);
        stack.subList(mark, stack.size()).clear();
        return values;
    }

    private int unsignedByte() {
        return bytes(1).get() & 0xFF;
    }

    private long unsignedInt() {
        return Integer.toUnsignedLong(bytes(Integer.BYTES).getInt());
    }

    /** The next {@code count} bytes, not copied, little-endian. */
    private ByteBuffer bytes(long count) {
        if (count < 0 || count > in.remaining()) {
            throw damaged("it is cut short; copy or download it again");
        }
        ByteBuffer slice = in.slice(in.position(), (int) count).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) count);
        return slice;
    }

    private String text(long count) {
        return StandardCharsets.UTF_8.decode(bytes(count)).toString();
    }

    private static byte[] array(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }

    /** Two's complement, least significant byte first; no bytes mean 0. */
    private static Object integer(ByteBuffer bytes) {
        byte[] bigEndian = new byte[Math.max(1, bytes.remaining())];
        for (int i = bytes.remaining() - 1; i >= 0; i--) {
            bigEndian[i] = bytes.get();
        }
        BigInteger value = new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private String line() {
        int start = in.position();
        while (unsignedByte() != '\n') {
            if (in.position() - start > 1000) {
                throw damaged("a class name of more than 1000 bytes");
            }
        }
        return StandardCharsets.UTF_8
                .decode(in.slice(start, in.position() - 1 - start))
                .toString();
    }

    /** A name from the file, fit to be printed on a terminal. */
    static String printable(String name) {
        String shown = name.length() <= 100 ? name : name.substring(0, 100) + "…";
        return shown.replaceAll("\\p{Cntrl}", "?");
    }

    private BadDataException damaged(String what) {
        return new BadDataException("%s holds a damaged or unsuitable pickle: %s".formatted(source, what));
    }
}
