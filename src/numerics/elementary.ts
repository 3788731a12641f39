export const { exp, log, log10, pow, sin, cos, tanh } = Math
