//! What holds for every table, read from the catalog: a table that is added tomorrow is held to it as well.

use std::collections::BTreeSet;

use souk_postgres_adapter::constraint_names;
use tokio_postgres::Client;

use crate::{fill, migrated};

/// Our tables: not PostGIS' own, and not the list of migrations.
const OURS: &str = "SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')";

async fn names(client: &Client, sql: &str) -> BTreeSet<String> {
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get::<_, String>(0)).collect()
}

/// Foreign keys that no index serves: one that leads with their columns, in any order, and holds every row that the key
/// looks for. A partial one does only if all it leaves out is rows whose key is NULL. A unique one serves with some of
/// the columns, since it finds one row at most.
async fn foreign_keys_without_index(client: &Client) -> BTreeSet<String> {
    let sql = format!(
        "SELECT fk.conname::text FROM pg_constraint fk
         WHERE fk.contype = 'f' AND fk.conrelid IN ({OURS}) AND NOT EXISTS (
            SELECT FROM pg_index ix
            CROSS JOIN LATERAL (SELECT (ix.indkey::int2[])[0:cardinality(fk.conkey) - 1]) lead (columns)
            WHERE ix.indrelid = fk.conrelid AND ix.indisvalid
            AND ((lead.columns @> fk.conkey AND lead.columns <@ fk.conkey)
                OR (ix.indisunique AND (ix.indkey::int2[])[0:ix.indnkeyatts - 1] <@ fk.conkey))
            AND (ix.indpred IS NULL OR pg_get_expr(ix.indpred, ix.indrelid) IN (
                SELECT format('(%I IS NOT NULL)', attname) FROM pg_attribute
                WHERE attrelid = fk.conrelid AND attnum = ANY (fk.conkey))))"
    );
    names(client, &sql).await
}

#[tokio::test]
async fn every_foreign_key_has_an_index_that_leads_with_its_columns() {
    let database = migrated().await;
    assert_eq!(foreign_keys_without_index(&database.connect().await).await, BTreeSet::new());
}

#[tokio::test]
async fn a_foreign_key_without_its_index_is_noticed() {
    let database = migrated().await;
    let client = database.connect().await;
    let unserved = BTreeSet::from(["fk_product_likes_user_id".to_owned()]);
    client.batch_execute("DROP INDEX ix_product_likes_user_id").await.unwrap();
    assert_eq!(foreign_keys_without_index(&client).await, unserved);
    for useless in
        ["(created_at, user_id)", "(user_id) WHERE created_at > '2026-01-01Z'", "(abs(1), user_id)"]
    {
        let sql = format!("CREATE INDEX useless ON product_likes {useless}");
        client.batch_execute(&sql).await.unwrap();
        assert_eq!(foreign_keys_without_index(&client).await, unserved, "{sql}");
        client.batch_execute("DROP INDEX useless").await.unwrap();
    }
    client.batch_execute("CREATE INDEX useful ON product_likes (user_id)").await.unwrap();
    assert_eq!(foreign_keys_without_index(&client).await, BTreeSet::new());
}

/// Everything that can be broken by name. NOT NULL is left out: where it has a name (PostgreSQL 18), nobody gave it.
async fn constraints(client: &Client) -> BTreeSet<String> {
    let sql = format!(
        "SELECT conname::text FROM pg_constraint WHERE contype <> 'n' AND conrelid IN ({OURS})
         UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indrelid IN ({OURS})"
    );
    names(client, &sql).await
}

#[tokio::test]
async fn every_constraint_has_a_meaning_and_every_meaning_a_constraint() {
    let database = migrated().await;
    let catalog = constraints(&database.connect().await).await;
    let known: BTreeSet<String> = constraint_names().map(str::to_owned).collect();
    assert_eq!(catalog.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "without a meaning");
    assert_eq!(known.difference(&catalog).collect::<Vec<_>>(), Vec::<&String>::new(), "without a constraint");
}

#[tokio::test]
async fn a_constraint_without_a_meaning_is_noticed() {
    let database = migrated().await;
    let client = database.connect().await;
    let sql = "ALTER TABLE users ADD CONSTRAINT ck_new CHECK (id IS NOT NULL); CREATE UNIQUE INDEX uq_new ON users (id)";
    client.batch_execute(sql).await.unwrap();
    let known: BTreeSet<String> = constraint_names().map(str::to_owned).collect();
    let catalog = constraints(&client).await;
    assert_eq!(catalog.difference(&known).collect::<Vec<_>>(), ["ck_new", "uq_new"]);
}

#[tokio::test]
async fn names_say_what_and_where() {
    let database = migrated().await;
    let client = database.connect().await;
    let strays = format!(
        "SELECT conname::text FROM pg_constraint WHERE contype <> 'n' AND conrelid IN ({OURS})
         AND NOT starts_with(conname, CASE contype WHEN 'p' THEN 'pk_' WHEN 'f' THEN 'fk_' WHEN 'u' THEN 'uq_' ELSE 'ck_' END
                             || conrelid::regclass)
         UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid IN ({OURS})
         AND indexrelid::regclass::text !~ ('^(pk|uq|ix|idx)_' || indrelid::regclass)"
    );
    assert_eq!(names(&client, &strays).await, BTreeSet::new());
}

#[tokio::test]
async fn the_indexes_that_the_data_model_names_are_there() {
    let database = migrated().await;
    let all = names(
        &database.connect().await,
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'",
    )
    .await;
    for name in [
        "ix_users_email",
        "ix_users_username",
        "ix_users_phone",
        "idx_users_location",
        "ix_products_seller_id",
        "ix_products_category_feed",
        "ix_products_feed_created",
        "ix_products_is_available",
        "idx_products_location",
        "ix_products_category_location",
        "ix_streams_user_id",
        "ix_streams_status",
        "ix_streams_category",
        "ix_conversations_buyer_seller",
        "ix_conversations_product",
        "ix_conversations_buyer_inbox",
        "ix_conversations_seller_inbox",
        "ix_messages_conversation",
        "ix_messages_sender",
        "ix_offers_product",
        "ix_offers_conversation",
        "ix_offers_status",
        "ix_offers_buyer",
        "ix_offers_seller",
        "ix_transactions_buyer",
        "ix_transactions_seller",
        "ix_transactions_product",
        "ix_transactions_status",
        "ix_verifications_user_id",
        "ix_verifications_status",
    ] {
        assert!(all.contains(name), "{name}");
    }
}

#[tokio::test]
async fn whatever_has_no_bound_of_its_own_has_a_check() {
    let database = migrated().await;
    let unbounded = format!(
        "SELECT attrelid::regclass || '.' || attname FROM pg_attribute
         WHERE attrelid IN ({OURS}) AND attnum > 0 AND NOT attisdropped
         AND format_type(atttypid, NULL) IN ('text', 'citext', 'character', 'jsonb', 'bytea', 'geometry', 'uuid[]')
         AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'c' AND attnum = ANY (conkey))"
    );
    assert_eq!(names(&database.connect().await, &unbounded).await, BTreeSet::new());
}

#[tokio::test]
async fn every_row_says_since_when_it_is_there() {
    let database = migrated().await;
    let timeless = format!(
        "SELECT oid::regclass::text FROM pg_class WHERE oid IN ({OURS}) AND NOT EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'created_at' AND attnotnull
            AND atttypid = 'timestamptz'::regtype)"
    );
    // These are counts and what is to be added to them, not things that came to be.
    let counts = ["product_cell_changes", "product_cells"].map(str::to_owned);
    assert_eq!(names(&database.connect().await, &timeless).await, BTreeSet::from(counts));
}

#[tokio::test]
async fn both_location_indexes_are_gist_and_used() {
    let database = migrated().await;
    let client = database.connect().await;
    fill::people_and_listings(&client, 5_000, 5_000).await;
    let charted =
        |degrees: f64| format!("<@ circle(chart_point(ST_Point(13.4, 52.5, 4326)), {})", 111_000.0 * degrees);
    let expanded = |degrees: f64| format!("&& ST_Expand(ST_Point(13.4, 52.5, 4326), {degrees})");
    for (table, place, index, around, nearest) in [
        (
            "products WHERE is_available AND",
            "chart_point(location)",
            "idx_products_location",
            [charted(0.05), charted(5.0)],
            "chart_point(ST_Point(13.4, 52.5, 4326))",
        ),
        (
            "users WHERE",
            "location",
            "idx_users_location",
            [expanded(0.05), expanded(5.0)],
            "ST_Point(13.4, 52.5, 4326)",
        ),
    ] {
        let definition =
            client.query_one("SELECT pg_get_indexdef($1::text::regclass)", &[&index]).await.unwrap();
        assert!(definition.get::<_, String>(0).contains("USING gist"), "{index}");
        let [close, far] = around;
        let near = format!("SELECT id FROM {table} {place} {close}");
        let nearest = format!("SELECT id FROM {table} {place} {far} ORDER BY {place} <-> {nearest} LIMIT 20");
        for sql in [near, nearest] {
            let plan = fill::plan(&client, &sql).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{sql}\n{plan}");
        }
    }
}

#[tokio::test]
async fn the_chart_is_world_mercator_with_a_shelf_for_each_category() {
    let database = migrated().await;
    let client = database.connect().await;
    let sql = "SELECT max(ST_Distance(ST_SetSRID(chart_point(place)::geometry, 3395), ST_Transform(place, 3395))), count(*)
               FROM generate_series(-89, 89) latitude, generate_series(-180, 180, 7) longitude, ST_Point(longitude, latitude, 4326) place";
    let row = client.query_one(sql, &[]).await.unwrap();
    let (off, places): (f64, i64) = (row.get(0), row.get(1));
    assert!(off < 1e-4 && places == 179 * 52, "{off} m at one of {places}");
    let sql =
        "SELECT count(DISTINCT round((chart_point(place, category))[0] - (chart_point(place))[0])), count(*),
                   bool_and((chart_point(place, category))[1] = (chart_point(place))[1])
               FROM unnest(enum_range(NULL::product_category)) category, ST_Point(-70, 50, 4326) place";
    let row = client.query_one(sql, &[]).await.unwrap();
    let (shelves, categories, level): (i64, i64, bool) = (row.get(0), row.get(1), row.get(2));
    assert!(shelves == categories && categories > 0 && level, "{shelves} shelves for {categories}");
}

#[tokio::test]
async fn what_a_dump_says_can_be_made_again_without_a_search_path() {
    let database = migrated().await;
    let client = database.connect().await;
    let triggers =
        "SELECT format('DROP TRIGGER %I ON public.%I', tgname, relname), pg_get_triggerdef(pg_trigger.oid)
                    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal";
    let checks = "SELECT format('ALTER TABLE public.%I DROP CONSTRAINT %I', relname, conname),
                      format('ALTER TABLE public.%I ADD CONSTRAINT %I %s', relname, conname, pg_get_constraintdef(c.oid))
                  FROM pg_constraint c JOIN pg_class ON pg_class.oid = conrelid
                  WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND relname <> 'spatial_ref_sys'";
    let indexes = "SELECT format('DROP INDEX public.%I', indexname), indexdef FROM pg_indexes
                   WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)";
    for (kind, sql, at_least) in [("triggers", triggers, 5), ("checks", checks, 50), ("indexes", indexes, 30)]
    {
        // The definitions too are written for a session without a search path, as pg_dump asks for them.
        client.batch_execute("BEGIN; SET LOCAL search_path = ''").await.unwrap();
        let sql = sql.replace("'public'::regnamespace", "'public'::pg_catalog.regnamespace");
        let rows = client.query(&sql, &[]).await.unwrap();
        assert!(rows.len() >= at_least, "{} {kind}", rows.len());
        for row in rows {
            let (drop, definition): (String, String) = (row.get(0), row.get(1));
            let made = client.batch_execute(&format!("{drop}; {definition}")).await;
            assert!(made.is_ok(), "{definition}: {made:?}");
        }
        client.batch_execute("ROLLBACK").await.unwrap();
    }
}
