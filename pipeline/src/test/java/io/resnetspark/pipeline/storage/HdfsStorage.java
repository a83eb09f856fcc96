package io.resnetspark.pipeline.storage;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** HDFS: a name node and a data node in this JVM. Needs no settings on the client's side: URIs name host and port. */
public final class HdfsStorage extends TestStorage {

    /** The file system with its administrator's methods, such as quotas. */
    public DistributedFileSystem administration() {
        return (DistributedFileSystem) fileSystem();
    }

    @Override
    protected Server start() throws IOException {
        File files = Files.createTempDirectory("hdfs-").toFile();
        Configuration configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, files.getPath());
        MiniDFSCluster cluster =
                new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        cluster.waitActive();
        String root = cluster.getURI().toString();
        return new Server() {
            @Override
            public String root() {
                return root;
            }

            @Override
            public void configure(Configuration client) {
                // Closing a file asks until the data node has reported its block; with the usual 400 ms tests wait.
                client.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 5);
            }

            @Override
            public void close() {
                cluster.shutdown();
                FileUtil.fullyDelete(files);
            }
        };
    }
}
