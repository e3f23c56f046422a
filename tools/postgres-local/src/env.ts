/** Another PostgreSQL for the tests, for example of another version or in another time zone. */
export const testDatabaseUrl = () => process.env["TEST_DATABASE_URL"] || undefined;
