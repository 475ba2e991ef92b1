using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class ReportTests
{
    private static readonly ComparisonResult Io = Results.Of("null-io", Quantity.PacketRate, ("PollMode", [500e6, 510e6]), ("testpmd", [200e6, 170e6]));

    [Fact]
    public void A_row_has_both_rates_and_the_ratio_of_pairs()
    {
        string table = MarkdownReport.Table([Io]);
        Assert.Contains("| null-io | 505 (500 to 510) Mpps | testpmd | 185 (170 to 200) Mpps | 2.75 (2.50 to 3.00) |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void System_calls_and_allocated_bytes_are_told_where_there_are_any()
    {
        var costs = new Dictionary<string, double> { [Quantity.PacketRate.Key] = 2e6, [Quantity.SystemCalls.Key] = 14.2, [Quantity.Allocated.Key] = 32 };
        string table = MarkdownReport.Table([Io with { Contenders = [new ContenderResult("PollMode", [costs], null), Io.Contenders[1]] }]);
        Assert.Contains("Mpps, 14.2 system calls per 1000 packets, 32 bytes allocated | testpmd | 185 (170 to 200) Mpps |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_worse_than_the_peers_stays_in_the_table() =>
        Assert.Contains("| 0.400 (0.400 to 0.400) |", MarkdownReport.Table([Results.Of("ring-io", Quantity.PacketRate, ("PollMode", [2e6]), ("testpmd", [5e6]))]), StringComparison.Ordinal);

    [Fact]
    public void A_peer_that_failed_is_in_the_page_with_what_it_said()
    {
        ComparisonResult failed = Io with { Contenders = [Io.Contenders[0], new ContenderResult("testpmd", [], "It did not start.")] };
        string page = MarkdownReport.Page([failed], Families.All);
        Assert.Contains("| testpmd | failed | - |", page, StringComparison.Ordinal);
        Assert.Contains("It did not start.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_reader_must_know_stands_under_the_table_once()
    {
        string page = MarkdownReport.Page([Io with { Caveat = "Beware." }, Io with { Name = "null-x", Caveat = "Beware." }], Families.All);
        Assert.Contains("- `null-io`, `null-x`: Beware.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_shows_charts_of_its_own_results_and_no_others()
    {
        ComparisonResult[] sweep = [Io with { Points = [new SweepPoint("io by burst", "packets", 64)] }, Io with { Points = [new SweepPoint("io by burst", "packets", 8)] }];
        Assert.Contains("](charts/compare-", MarkdownReport.Page(sweep, Families.All), StringComparison.Ordinal);
        Assert.Contains("](../drawn/compare-", MarkdownReport.Page(sweep, Families.All, charts: "../drawn"), StringComparison.Ordinal);
        Assert.DoesNotContain(".png", MarkdownReport.Page(sweep, Families.All, charts: null), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_come_back_from_their_file_as_they_were()
    {
        string path = Path.GetTempFileName();
        try
        {
            ResultFile.Write(path, [Io with { Points = [new SweepPoint("by burst", "packets", 64)] }]);
            ComparisonResult read = Assert.Single(ResultFile.Read(path));
            Assert.Equal(Io.Context, read.Context);
            Assert.Equal(new SweepPoint("by burst", "packets", 64), Assert.Single(read.Points));
            Assert.Equal([2.5, 3], read.RatiosTo(read.Contenders[1]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_new_result_takes_the_place_of_the_old_one_of_its_name()
    {
        ComparisonResult[] old = [Io, Results.Of("ring-io", Quantity.PacketRate, ("PollMode", [1])), Results.Of("gone", Quantity.PacketRate, ("PollMode", [1]))];
        ComparisonResult fresh = Results.Of("null-io", Quantity.PacketRate, ("PollMode", [7]));
        IReadOnlyList<ComparisonResult> merged = ResultFile.Merge(old, [fresh], ["ring-io", "null-io", "null-drop"]);
        Assert.Equal(["ring-io", "null-io"], merged.Select(result => result.Name));
        Assert.Same(fresh, merged[1]);
    }
}
