//! Downloads, and servers of the person's own. No other crate may open a connection, so that one file tells what leaves the machine; so
//! far nothing does.
