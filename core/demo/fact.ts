/** Name of the installation fact that marks a database with a demo company; its value is `{ seededAt }`. */
export const demoFact = 'demo'
