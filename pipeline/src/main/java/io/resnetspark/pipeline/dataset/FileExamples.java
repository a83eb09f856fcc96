package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.io.Serializable;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * The images of one Parquet file of the dataset, in the order of its rows.
 *
 * <p>An uncompressed, PLAIN-encoded page of {@code bytes} is (Parquet format specification, "Plain" and "Data Pages"):
 * the page header; if the column may be null, definition levels behind their length in 4 bytes; then for each value its
 * length in 4 bytes, little-endian, and the value. Lengths are also a column of their own, {@code stored_size}, so the
 * place of every image follows from the page headers; that the two agree is checked page by page.
 *
 * @param file fully qualified
 * @param fileLength in bytes
 * @param ids 32 bytes per image, the image_id
 * @param columns one entry per image, without the number of its file
 */
record FileExamples(String file, long fileLength, byte[] ids, ExampleIndex.Columns columns) implements Serializable {

    static final int ID_BYTES = 32;

    private static final String WEIGHT = "weight";
    private static final List<String> SMALL_COLUMNS =
            List.of("image_id", "label", "stored_size", "width", "height", "stored_crc32c", "version");

    static FileExamples read(String file, Configuration hadoop) throws IOException {
        Path path = new Path(file);
        FileSystem fileSystem = path.getFileSystem(hadoop);
        FileStatus status = fileSystem.getFileStatus(path);
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromStatus(status, hadoop));
                FSDataInputStream in = fileSystem.open(path)) {
            MessageType schema = reader.getFileMetaData().getSchema();
            int size = Math.toIntExact(reader.getRecordCount());
            FileExamples examples = new FileExamples(
                    file, status.getLen(), new byte[size * ID_BYTES], ExampleIndex.Columns.ofSize(size));
            // Datasets of before 0.2.0 have no weights.
            Stream<String> weight = schema.containsField(WEIGHT) ? Stream.of(WEIGHT) : Stream.empty();
            MessageType small = new MessageType(
                    schema.getName(),
                    Stream.concat(SMALL_COLUMNS.stream(), weight)
                            .map(schema::getType)
                            .toArray(Type[]::new));
            reader.setRequestedSchema(small);
            int row = 0;
            for (BlockMetaData block : reader.getFooter().getBlocks()) {
                examples.readSmallColumns(reader, small, row, (int) block.getRowCount());
                examples.locate(block, schema, in, row);
                row += (int) block.getRowCount();
            }
            return examples;
        }
    }

    private void readSmallColumns(ParquetFileReader reader, MessageType projection, int firstRow, int rows)
            throws IOException {
        MessageColumnIO columnIo = new ColumnIOFactory().getColumnIO(projection);
        PageReadStore pages = reader.readNextRowGroup();
        RecordReader<Group> records = columnIo.getRecordReader(pages, new GroupRecordConverter(projection));
        for (int row = firstRow; row < firstRow + rows; row++) {
            Group record = records.read();
            byte[] id = HexFormat.of().parseHex(record.getString("image_id", 0));
            System.arraycopy(id, 0, ids, row * ID_BYTES, ID_BYTES);
            columns.labels()[row] = record.getInteger("label", 0);
            columns.lengths()[row] = record.getInteger("stored_size", 0);
            columns.widths()[row] = record.getInteger("width", 0);
            columns.heights()[row] = record.getInteger("height", 0);
            columns.checksums()[row] = record.getInteger("stored_crc32c", 0);
            columns.versions()[row] = record.getInteger("version", 0);
            boolean weighted = projection.containsField(WEIGHT) && record.getFieldRepetitionCount(WEIGHT) > 0;
            columns.weights()[row] = weighted ? record.getFloat(WEIGHT, 0) : 1;
        }
    }

    /** Finds the place of each image of a row group from the page headers of {@code bytes}. */
    private void locate(BlockMetaData block, MessageType schema, FSDataInputStream in, int firstRow)
            throws IOException {
        ColumnChunkMetaData chunk = block.getColumns().stream()
                .filter(column -> column.getPath().toDotString().equals("bytes"))
                .findFirst()
                .orElseThrow(() -> rewritten("there is no column bytes"));
        if (chunk.getCodec() != CompressionCodecName.UNCOMPRESSED) {
            throw rewritten("its codec is " + chunk.getCodec());
        }
        boolean nullable = schema.getMaxDefinitionLevel("bytes") > 0;
        long position = chunk.getStartingPos();
        long end = position + chunk.getTotalSize();
        int row = firstRow;
        while (row < firstRow + block.getRowCount()) {
            if (position >= end) {
                throw rewritten("its pages hold fewer images than its footer says");
            }
            in.seek(position);
            PageHeader header = Util.readPageHeader(in);
            long payload = in.getPos();
            checkPlain(header);
            long pageEnd = payload + header.getCompressed_page_size();
            long offset = payload;
            if (nullable) {
                offset += 4 + Integer.reverseBytes(in.readInt());
            }
            int lastRow = row + header.getData_page_header().getNum_values();
            if (lastRow > columns.lengths().length) {
                throw rewritten("its pages hold more images than its footer says");
            }
            for (; row < lastRow; row++) {
                columns.offsets()[row] = offset + 4;
                offset += 4 + columns.lengths()[row];
            }
            if (offset != pageEnd) {
                throw rewritten("a page of images has %d bytes, their lengths make %d"
                        .formatted(pageEnd - payload, offset - payload));
            }
            position = pageEnd;
        }
    }

    private void checkPlain(PageHeader header) {
        if (header.getType() != PageType.DATA_PAGE) {
            throw rewritten("it has pages of type " + header.getType());
        }
        String encoding = header.getData_page_header().getEncoding().name();
        if (!encoding.equals(Encoding.PLAIN.name())
                || header.getCompressed_page_size() != header.getUncompressed_page_size()) {
            throw rewritten("its pages are encoded as " + encoding);
        }
    }

    private BadDataException rewritten(String why) {
        return new BadDataException(
                "Another program rewrote %s so that images cannot be read straight from it: %s; run `prepare` into a new dataset"
                        .formatted(file, why));
    }
}
