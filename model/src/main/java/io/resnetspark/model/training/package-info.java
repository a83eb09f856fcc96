/** Training of one network in one thread: the step that every worker repeats, and the state that workers exchange. */
package io.resnetspark.model.training;
