package io.resnetspark.pipeline.evaluation;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.date_format;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.TimestampType;

/**
 * The values by which a report is sliced, as text: numbers with many values by quartile, dates by month, anything else
 * as it is.
 */
final class SliceColumns {

    private static final int MOST_VALUES = 200;
    private static final int MOST_PLAIN_NUMBERS = 20;

    private SliceColumns() {}

    /**
     * One array column with the slice value of each named column, in their order.
     *
     * @throws ConfigurationException if a column does not exist or has too many values
     */
    static Column of(Dataset<Row> images, List<String> columns) {
        return array(columns.stream().map(name -> slice(images, name)).toArray(Column[]::new))
                .cast("array<string>");
    }

    private static Column slice(Dataset<Row> images, String name) {
        if (!Arrays.asList(images.columns()).contains(name)) {
            throw new ConfigurationException("slice-by names the column \"%s\"; the dataset has %s"
                    .formatted(name, String.join(", ", images.columns())));
        }
        DataType type = images.schema().apply(name).dataType();
        Column value;
        if (type instanceof DateType || type instanceof TimestampType) {
            value = date_format(col(name), "yyyy-MM");
        } else {
            long values = images.agg(countDistinct(col(name))).first().getLong(0);
            if (type instanceof NumericType && values > MOST_PLAIN_NUMBERS) {
                value = quartile(images, name);
            } else if (values > MOST_VALUES) {
                throw new ConfigurationException(
                        "slice-by: the column \"%s\" has %d values, more than the %d that make a readable report"
                                .formatted(name, values, MOST_VALUES));
            } else {
                value = col(name).cast("string");
            }
        }
        return coalesce(value, lit("(none)"));
    }

    private static Column quartile(Dataset<Row> images, String name) {
        // Relative error 0: exact, so that slices do not depend on partitions.
        double[] edges = images.stat().approxQuantile(name, new double[] {0, 0.25, 0.5, 0.75, 1}, 0);
        Column range = lit("%s to %s".formatted(plain(edges[3]), plain(edges[4])));
        for (int i = 2; i >= 0; i--) {
            range = when(
                            col(name).lt(edges[i + 1]),
                            lit("%s to under %s".formatted(plain(edges[i]), plain(edges[i + 1]))))
                    .otherwise(range);
        }
        return when(col(name).isNull(), lit(null)).otherwise(range);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
