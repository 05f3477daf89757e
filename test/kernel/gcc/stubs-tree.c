/* The maple tree behind its names: an interval map that keeps its entries in order. */

static void put_range(struct maple_tree *t, unsigned long first, unsigned long last, void *entry)
{
	struct maple_tree out = { ._count = 0 };
	int placed = entry == NULL;

	for (int i = 0; i < t->_count; i++) {
		struct _range r = t->_list[i];
		if (r.first < first)
			out._list[out._count++] = (struct _range){ r.first, r.last < first ? r.last : first - 1, r.entry };
		if (!placed && r.last >= first) {
			out._list[out._count++] = (struct _range){ first, last, entry };
			placed = 1;
		}
		if (r.last > last)
			out._list[out._count++] = (struct _range){ r.first > last ? r.first : last + 1, r.last, r.entry };
	}
	if (!placed)
		out._list[out._count++] = (struct _range){ first, last, entry };
	*t = out;
}

static void *mas_find(struct ma_state *m, unsigned long max)
{
	NAME(mas_find); M(m); N(max);
	if (!(m->_active && m->last == ULONG_MAX)) {
		unsigned long from = m->_active ? m->last + 1 : m->index;
		for (int i = 0; i < m->tree->_count; i++) {
			struct _range r = m->tree->_list[i];
			if (r.last < from || r.first > max)
				continue;
			m->index = r.first;
			m->last = r.last;
			m->_active = 1;
			RETURN_PTR(r.entry);
		}
	}
	m->index = m->last = max;
	m->_active = 1;
	RETURN_PTR(NULL);
}
static void mas_set(struct ma_state *m, unsigned long index)
{
	NAME(mas_set); M(m); N(index); END;
	m->index = m->last = index;
	m->_active = 0;
}
static void mas_set_range(struct ma_state *m, unsigned long first, unsigned long last)
{
	NAME(mas_set_range); M(m); N(first); N(last); END;
	m->index = first;
	m->last = last;
	m->_active = 0;
}
static void __mas_set_range(struct ma_state *m, unsigned long first, unsigned long last)
{
	NAME(__mas_set_range); M(m); N(first); N(last); END;
	m->index = first;
	m->last = last;
}
static void *mas_store(struct ma_state *m, void *entry)
{
	NAME(mas_store); M(m); P(entry);
	m->_failed = m->_bulk && fails();
	if (!m->_failed) {
		put_range(m->tree, m->index, m->last, entry);
		m->_active = 1;
	}
	END;
	return NULL;
}
static int mas_store_gfp(struct ma_state *m, void *entry, gfp_t gfp)
{
	NAME(mas_store_gfp); M(m); P(entry); N(gfp);
	m->_failed = fails();
	if (m->_failed)
		RETURN(-ENOMEM);
	put_range(m->tree, m->index, m->last, entry);
	m->_active = 1;
	RETURN(0);
}
static bool mas_is_err(struct ma_state *m)
{
	NAME(mas_is_err); M(m);
	RETURN(m->_failed);
}
static int mas_expected_entries(struct ma_state *m, unsigned long n)
{
	NAME(mas_expected_entries); M(m); N(n);
	if (fails())
		RETURN(-ENOMEM);
	m->_bulk = 1;
	RETURN(0);
}
static void mas_destroy(struct ma_state *m)
{
	NAME(mas_destroy); M(m); END;
	m->_bulk = 0;
}
static int __mt_dup(struct maple_tree *from, struct maple_tree *to, gfp_t gfp)
{
	NAME(__mt_dup); T(from); T(to); N(gfp);
	if (fails())
		RETURN(-ENOMEM);
	*to = *from;
	RETURN(0);
}
static void __mt_destroy(struct maple_tree *t)
{
	NAME(__mt_destroy); T(t); END;
	t->_count = 0;
}
static void mt_clear_in_rcu(struct maple_tree *t)
{
	NAME(mt_clear_in_rcu); T(t); END;
}
static void mt_set_in_rcu(struct maple_tree *t)
{
	NAME(mt_set_in_rcu); T(t); END;
}
static bool xa_is_zero(const void *entry)
{
	NAME(xa_is_zero); P(entry);
	RETURN(entry == XA_ZERO_ENTRY);
}
