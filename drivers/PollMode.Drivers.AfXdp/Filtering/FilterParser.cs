using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PollMode.Drivers.AfXdp.Filtering;

/// <summary>
/// Reads a filter: clauses joined by <c>|</c>, of terms joined by <c>+</c>; a clause behind <c>!</c> is an exception.
/// <c>udp+dport:4789|vlan:100-199|!src:10.0.0.0/8</c>.
/// </summary>
internal static class FilterParser
{
    private const string Known =
        "all, arp, ipv4, ipv6, ethertype:N, vlan, vlan:N[-M], tcp, udp, sctp, icmp, icmp6, nd, proto:N[-M], icmp6type:N[-M], " +
        "port:N[-M], sport:N[-M], dport:N[-M], ip:PREFIX, src:PREFIX, dst:PREFIX";

    /// <summary>Reads clauses.</summary>
    /// <param name="text">The filter as the user wrote it.</param>
    /// <param name="allExceptions">True where every clause is an exception, with or without its mark.</param>
    /// <exception cref="PollModeException">It is no filter; the message says where and what there is.</exception>
    internal static List<FilterClause> Parse(string text, bool allExceptions)
    {
        var clauses = new List<FilterClause>();
        foreach (string part in text.Split('|'))
        {
            string clause = part.Trim();
            bool isException = clause.StartsWith('!');
            if (isException)
            {
                clause = clause[1..];
            }

            var terms = new List<FilterTerm>();
            foreach (string term in clause.Split('+'))
            {
                AddTerm(terms, term.Trim(), text);
            }

            clauses.Add(new FilterClause([.. terms], isException || allExceptions));
        }

        return clauses;
    }

    private static void AddTerm(List<FilterTerm> terms, string term, string text)
    {
        int colon = term.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? term : term[..colon];
        string? value = colon < 0 ? null : term[(colon + 1)..];
        switch (name, value)
        {
            case ("all", null):
                break;
            case ("arp", null):
                terms.Add(Single(FilterField.EtherType, 0x0806));
                break;
            case ("ipv4", null):
                terms.Add(Single(FilterField.EtherType, FrameFacts.Ipv4));
                break;
            case ("ipv6", null):
                terms.Add(Single(FilterField.EtherType, FrameFacts.Ipv6));
                break;
            case ("tcp", null):
                terms.Add(Single(FilterField.Protocol, 6));
                break;
            case ("udp", null):
                terms.Add(Single(FilterField.Protocol, 17));
                break;
            case ("sctp", null):
                terms.Add(Single(FilterField.Protocol, 132));
                break;
            case ("icmp", null):
                terms.Add(Single(FilterField.Protocol, 1));
                break;
            case ("icmp6", null):
                terms.Add(Single(FilterField.Protocol, 58));
                break;
            case ("nd", null):
                // RFC 4861: router and neighbour solicitations and advertisements, and redirects.
                terms.Add(new FilterTerm(FilterField.Icmp6Type, 133, 137));
                break;
            case ("vlan", null):
                terms.Add(new FilterTerm(FilterField.Vlan, 0, 4095));
                break;
            case ("ethertype", not null):
                terms.Add(Range(FilterField.EtherType, value, 0xffff, term, text));
                break;
            case ("vlan", not null):
                terms.Add(Range(FilterField.Vlan, value, 4095, term, text));
                break;
            case ("proto", not null):
                terms.Add(Range(FilterField.Protocol, value, 255, term, text));
                break;
            case ("icmp6type", not null):
                terms.Add(Range(FilterField.Icmp6Type, value, 255, term, text));
                break;
            case ("port", not null):
                terms.Add(Range(FilterField.AnyPort, value, 65535, term, text));
                break;
            case ("sport", not null):
                terms.Add(Range(FilterField.SourcePort, value, 65535, term, text));
                break;
            case ("dport", not null):
                terms.Add(Range(FilterField.DestinationPort, value, 65535, term, text));
                break;
            case ("ip", not null):
                terms.Add(Prefix(FilterField.AnyAddress, value, term, text));
                break;
            case ("src", not null):
                terms.Add(Prefix(FilterField.SourceAddress, value, term, text));
                break;
            case ("dst", not null):
                terms.Add(Prefix(FilterField.DestinationAddress, value, term, text));
                break;
            default:
                throw new PollModeException($"'{term}' in the filter '{text}' is no term; there are {Known}. Join terms by '+', alternatives by '|', and put '!' before an exception.");
        }
    }

    private static FilterTerm Single(FilterField field, int value) => new(field, value, value);

    private static FilterTerm Range(FilterField field, string value, int limit, string term, string text)
    {
        int dash = value.IndexOf('-', StringComparison.Ordinal);
        int low = Number(dash < 0 ? value : value[..dash]);
        int high = dash < 0 ? low : Number(value[(dash + 1)..]);
        return low >= 0 && high >= low && high <= limit
            ? new FilterTerm(field, low, high)
            : throw new PollModeException($"'{term}' in the filter '{text}' wants a number from 0 to {limit}, or two of them in rising order: N-M.");
    }

    private static int Number(string text)
    {
        bool hexadecimal = text.StartsWith("0x", StringComparison.Ordinal);
        return int.TryParse(hexadecimal ? text.AsSpan(2) : text, hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : -1;
    }

    private static FilterTerm Prefix(FilterField field, string value, string term, string text)
    {
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        if (IPAddress.TryParse(slash < 0 ? value : value[..slash], out IPAddress? address))
        {
            int version = address.AddressFamily == AddressFamily.InterNetwork ? 4 : 6;
            int bits = version == 4 ? 32 : 128;
            int length = slash < 0 ? bits : Number(value[(slash + 1)..]);
            if (length >= 0 && length <= bits)
            {
                UInt128 number = 0;
                foreach (byte part in address.GetAddressBytes())
                {
                    number = (number << 8) | part;
                }

                return new FilterTerm(field, version, number, length);
            }
        }

        throw new PollModeException($"'{term}' in the filter '{text}' wants an address or a prefix, such as 192.0.2.0/24 or 2001:db8::/32.");
    }
}
