/**
 * Networks as straight-line programs. A {@link io.resnetspark.model.program.Program} is made from a DL4J graph by {@link
 * io.resnetspark.model.program.ProgramCompiler} and represents a network in training; the pass {@link
 * io.resnetspark.model.program.Folding} makes of it one for inference. {@link io.resnetspark.model.program.MemoryPlan} says
 * where its values lie. Nothing here computes: what executes programs are kernels, by {@link
 * io.resnetspark.model.program.InferenceExecutor} and {@link io.resnetspark.model.program.ProgramTrainer}.
 */
package io.resnetspark.model.program;
