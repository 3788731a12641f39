/** The program's version: written into every result, link and figure. A test holds it equal to package.json. */
export const version = '0.1.0'
