using PollMode.Testing;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>What every port keeps, on a veth pair in copy mode.</summary>
public class AfXdpPortContractTests : PortContract, IDisposable
{
    private readonly Lazy<Testbed> _bed;

    public AfXdpPortContractTests()
        : this(1500)
    {
    }

    private protected AfXdpPortContractTests(int mtu) => _bed = new Lazy<Testbed>(() => new Testbed(mtu: mtu));

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new AfXdpDriver());

    private protected virtual string Options => string.Empty;

    public void Dispose()
    {
        if (_bed.IsValueCreated)
        {
            _bed.Value.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    protected override PortHarness Open() => new VethHarness(_bed.Value, Options);

    protected override string SpecWith(string keyAndValue) => "af_xdp:m0," + keyAndValue;
}
