package io.resnetspark.model.kernel.onednn.training;

import io.resnetspark.model.kernel.onednn.primitive.NativeBlock;
import io.resnetspark.model.kernel.onednn.primitive.OneDnn;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/** Memory that many calls use one after the other, as large as the neediest. */
public final class SharedScratch implements AutoCloseable {

    private final List<memory> users = new ArrayList<>();
    private NativeBlock block = new NativeBlock(0);

    /** The memory in the shape of one user, who finds there what the last one left. */
    memory as(memory.desc description) {
        memory user = new memory(description, OneDnn.CPU, (Pointer) null);
        users.add(user);
        if (description.get_size() > block.bytes()) {
            block.close();
            block = new NativeBlock(description.get_size());
            users.forEach(one -> one.set_data_handle(block.at(0)));
        } else {
            user.set_data_handle(block.at(0));
        }
        return user;
    }

    long bytes() {
        return block.bytes();
    }

    @Override
    public void close() {
        users.clear();
        block.close();
    }
}
