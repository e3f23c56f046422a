/** A PostgreSQL for the tests instead of their own: another version, another time zone. */
export const testDatabaseUrl = () => process.env["TEST_DATABASE_URL"] || undefined;
