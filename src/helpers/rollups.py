"""Order lines summed up once, so that every later question reads thousands of rows instead of millions.

`orders` has a row per order, `customer_products` a row per customer and product, `customer_totals` a row per customer.
In: clean order lines as an Ibis table. Out: Ibis expressions; nothing is computed before they are saved or executed.
"""

def roll_up_orders(transactions):
    """Return one row an order: customer, moment, day, hour, channel, store, units, lines, products, discount, revenue."""
    grouped = transactions.group_by("transaction_id")
    t = transactions
    return grouped.agg(
        customer_id=t.customer_id.max(), ordered_at=t.ordered_at.min(), order_date=t.order_date.min(),
        order_hour=t.order_hour.min(), channel=t.channel.min(), store_id=t.store_id.min(), quantity=t.quantity.sum(),
        n_lines=t.count(), n_products=t.product_id.nunique(), discount=t.discount.sum().round(2),
        revenue=t.revenue.sum().round(2),
    )


def roll_up_customer_products(transactions):
    """Return one row a customer and product: orders, units, discount, revenue, first and last day. No guests."""
    t = transactions.filter(transactions.customer_id.notnull() & transactions.product_id.notnull())
    return t.group_by("customer_id", "product_id").agg(
        n_orders=t.transaction_id.nunique(), quantity=t.quantity.sum(), discount=t.discount.sum().round(2),
        revenue=t.revenue.sum().round(2), first_date=t.order_date.min(), last_date=t.order_date.max(),
    )


def sum_up_customers(transactions):
    """Return one row a customer straight from the lines: first_date, last_date, n_orders, n_days, n_products, revenue.

    Guests are left out. n_days counts distinct days with an order, n_products distinct known products.
    """
    t = transactions.filter(transactions.customer_id.notnull())
    return t.group_by("customer_id").agg(
        first_date=t.order_date.min(), last_date=t.order_date.max(), n_orders=t.transaction_id.nunique(),
        n_days=t.order_date.nunique(), n_products=t.product_id.nunique(), revenue=t.revenue.sum().round(2),
    )


def roll_up_customers(orders, customer_products):
    """Return the same as :func:`sum_up_customers` from the two roll-ups, at a fraction of the work."""
    o = orders.filter(orders.customer_id.notnull())
    bought = o.group_by("customer_id").agg(
        first_date=o.order_date.min(), last_date=o.order_date.max(), n_orders=o.count(), n_days=o.order_date.nunique(),
        revenue=o.revenue.sum().round(2),
    )
    products = customer_products.group_by("customer_id").agg(n_products=customer_products.count())
    joined = bought.left_join(products, "customer_id")
    return joined.select(
        "customer_id", "first_date", "last_date", "n_orders", "n_days",
        n_products=joined.n_products.fill_null(0).cast("int64"), revenue=joined.revenue,
    )
